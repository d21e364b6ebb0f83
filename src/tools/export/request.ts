/** What an export is made from, and what it gives. */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import type { ExportLoss } from './losses.js';

export interface ExportRequest {
  readonly plan: EnforcementPlan;
  /** True to allow less than the plan where the format cannot say it exactly. */
  readonly strict: boolean;
  /** True for arguments that end in NUL; only of bubblewrap. */
  readonly nul: boolean;
  readonly tree: ExportTree;
}

/** What exports ask of the tree that the plan was made on. */
export interface ExportTree {
  /** Returns whether a path is a device, or a directory with devices in it. */
  readonly isDevice: (path: string) => boolean;
  /** Returns the symbolic links in a directory, sorted by name. */
  readonly linksIn: (path: string) => readonly ExportLink[];
}

export interface ExportLink {
  readonly name: string;
  /** What the link holds. */
  readonly text: string;
  /** The physical path that it leads to; undefined if there is nothing. */
  readonly leadsTo: string | undefined;
}

/** The tree of which nothing is known. */
export const NO_TREE: ExportTree = { isDevice: () => false, linksIn: () => [] };

export interface Exported {
  /** Lone surrogates stand for bytes, as in `runtime/kernel/names.ts`. */
  readonly text: string;
  readonly losses: readonly ExportLoss[];
}
