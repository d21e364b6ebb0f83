/**
 * The artifact: what `build` writes, what the loader and the engine read. Types only, and no import from the
 * compiler: this is the border between the two halves of the picture. `schema/manifest-1.json` is the
 * same in JSON Schema.
 */
import type { ActionName, TriggerName } from '../abi/actions.js';
import type { HookName } from '../abi/hooks.js';
import type { CookieLayout } from '../semantics/cookie.js';
import type { PathPattern } from '../semantics/pattern.js';

export const MANIFEST_FORMAT = 'llp-manifest';
export const MANIFEST_VERSION = 1;

/** The targets that an artifact can be for. */
export const TARGET_NAMES = ['landlock-v8'] as const;
export type TargetName = (typeof TARGET_NAMES)[number];
/** The target of a build that names none. */
export const DEFAULT_TARGET: TargetName = 'landlock-v8';

export interface Artifact {
  readonly manifest: Manifest;
  /** The bytes that `programs[i].bytecode.file` names, by that name. */
  readonly bytecode: ReadonlyMap<string, Uint8Array>;
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: typeof MANIFEST_VERSION;
  /** The name of the first policy block. */
  readonly policy: string;
  readonly target: TargetName;
  readonly sources: readonly ManifestSource[];
  readonly programs: readonly ManifestProgram[];
  readonly maps: readonly ManifestMap[];
  /** One per layer. */
  readonly chains: readonly ManifestChain[];
  /** What the loader does, in this order. */
  readonly load: readonly LoadStep[];
  /**
   * What must hold on the tree that it is loaded on. Absent when nothing is asserted: a loader that does not know the field
   * refuses a manifest that has it.
   */
  readonly assertions?: readonly ManifestAssertion[];
}

/** `maps`: what the inode maps of these names allow together. */
export type ManifestAssertion =
  | {
      readonly kind: 'place';
      readonly claim: 'never' | 'always';
      readonly actions: readonly ActionName[];
      /** The object and all beneath it, or the object alone. */
      readonly reach: 'under' | 'at';
      /** For people: the path as one string. */
      readonly path: string;
      readonly components: PathPattern;
      readonly maps: readonly string[];
      readonly span: ManifestSpan;
    }
  /** No move gains these. */
  | {
      readonly kind: 'gains';
      readonly actions: readonly ActionName[];
      readonly maps: readonly string[];
      readonly span: ManifestSpan;
    };

export interface ManifestSource {
  readonly name: string;
  readonly sha256: string;
}

export interface ManifestSpan {
  /** Index into `sources`. */
  readonly source: number;
  /** 1-based; columns count UTF-16 units; `endColumn` is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ManifestProgram {
  readonly name: string;
  readonly hook: HookName;
  /** `fs_pick` only. */
  readonly triggers: readonly TriggerName[];
  /** The same as a mask. */
  readonly triggerMask: number;
  /** Name of the program before this one in its chain. */
  readonly previous: string | null;
  /** Instructions; LD_IMM64 counts once. */
  readonly instructions: number;
  /** Maps that LD_IMM64 with source 1 refers to: the immediate is an index into this list. */
  readonly maps: readonly string[];
  readonly bytecode: { readonly file: string; readonly sha256: string };
  /** Source of instruction slots `from` to `to`, `to` exclusive. */
  readonly spans: readonly {
    readonly from: number;
    readonly to: number;
    readonly span: ManifestSpan;
    readonly note: string;
  }[];
}

export type ManifestMap = InodeMap | PlainMap;

export interface InodeMap {
  readonly name: string;
  readonly type: 'inode';
  readonly layout: CookieLayout;
  /** At first all allowed, or none; `walk` always. */
  readonly default: 'allow' | 'deny';
  readonly classes: readonly ManifestClass[];
  /** One per scope, general to specific where that is defined, else by text. */
  readonly entries: readonly MapEntry[];
  /** Entries of a hand-written manifest, taken as they are: a literal absolute path and 16 hex digits (the u64). */
  readonly raw: readonly { readonly path: string; readonly value: string }[];
}

/** A map of a hand-written manifest. Sizes in bytes; `entries` are hex of key and value. */
export interface PlainMap {
  readonly name: string;
  readonly type: 'array' | 'hash';
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

/** A class of actions that get the same verdict everywhere. */
export interface ManifestClass {
  readonly actions: readonly ActionName[];
  /** `bit`: decided by that bit of the state; the others need no state. */
  readonly decision:
    { readonly kind: 'bit'; readonly bit: number } | { readonly kind: 'allow' } | { readonly kind: 'deny' };
}

export interface MapEntry {
  /** For people: the path as one string. */
  readonly path: string;
  readonly components: PathPattern;
  readonly object: 'dir' | 'file';
  readonly optional: boolean;
  /** Number of leading components that belong to an enclosing optional scope: absent with it is fine too. */
  readonly within: number;
  readonly region: ManifestEffects;
  readonly self: ManifestEffects;
  readonly span: ManifestSpan;
  /** The rules behind the effects, for explanations. */
  readonly rules: readonly ManifestRule[];
}

/** Indices into `classes`, sorted; only classes decided by a bit. */
export interface ManifestEffects {
  readonly allow: readonly number[];
  readonly deny: readonly number[];
  readonly forbid: readonly number[];
}

export interface ManifestRule {
  readonly effect: 'allow' | 'deny' | 'forbid';
  readonly self: boolean;
  readonly actions: readonly ActionName[];
  readonly span: ManifestSpan;
}

export interface ManifestChain {
  /** The layer's name. */
  readonly name: string;
  /** Program names in chain order: `fs_walk`, `fs_pick` …, `fs_get`. */
  readonly programs: readonly string[];
  readonly certificate: Certificate | null;
}

/** What the proof decided of one chain, on the manifest and the bytes as they were read back. */
export interface Certificate {
  /** Places at which the verdicts of the entries were compared with those of the policy's automaton: all that there are. */
  readonly places: number;
  /** States of the walk machine on which the bytes were run and compared with it. */
  readonly states: number;
  /** Combinations of map value, tag and lookup that each state was asked with. */
  readonly inputs: number;
  /** Programs run. */
  readonly runs: number;
  /** Combinations of state and input that these runs cover (an input that a run does not read is covered). */
  readonly cases: number;
  /** sha256 over all runs: program, what it read, what it returned and wrote. */
  readonly digest: string;
}

export type LoadStep =
  | { readonly step: 'open'; readonly map: string }
  | { readonly step: 'map_update'; readonly map: string }
  | { readonly step: 'load_program'; readonly program: string }
  | { readonly step: 'no_new_privs' }
  | { readonly step: 'prepend'; readonly program: string }
  | { readonly step: 'chdir_current' };
