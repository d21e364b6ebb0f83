/**
 * The artifact, which `build` writes and the loader reads. Types only: this is the border between the compiler and the
 * runtime, so it imports nothing from the compiler. `schema/manifest-1.json` describes the same in JSON Schema.
 */
import type { ActionName, TriggerName } from '../abi/actions.js';
import type { HookName } from '../abi/hooks.js';
import type { CookieLayout } from '../semantics/cookie.js';
import type { PathPattern } from '../semantics/pattern.js';

export const MANIFEST_FORMAT = 'llp-manifest';
export const MANIFEST_VERSION = 1;

/** The targets that an artifact can be for. */
export const TARGET_NAMES = ['landlock-v8', 'linux'] as const;
export type TargetName = (typeof TARGET_NAMES)[number];
/** The target of a build that names none. */
export const DEFAULT_TARGET: TargetName = 'landlock-v8';

export interface Artifact {
  readonly manifest: Manifest;
  /** The bytes of the programs, by the file name in `programs[i].bytecode.file`. */
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
  /** The steps of the loader, in order. */
  readonly load: readonly LoadStep[];
  /**
   * Assertions that must hold on the tree on which the manifest is loaded. Absent if there are none. A loader that does
   * not know the field refuses the manifest.
   */
  readonly assertions?: readonly ManifestAssertion[];
  /** What the target need not enforce. Absent if the policy accepts nothing. */
  readonly unenforced?: readonly ManifestUnenforced[];
}

/** Actions whose denial in these maps need not be enforced where the target cannot. */
export interface ManifestUnenforced {
  readonly actions: readonly ActionName[];
  readonly maps: readonly string[];
}

/** An assertion about the actions that all inode maps in `maps` together allow. */
export type ManifestAssertion =
  | {
      readonly kind: 'place';
      readonly claim: 'never' | 'always';
      readonly actions: readonly ActionName[];
      /** `under`: the object and everything beneath it. `at`: the object alone. */
      readonly reach: 'under' | 'at';
      /** The path as one string, for display. */
      readonly path: string;
      readonly components: PathPattern;
      readonly maps: readonly string[];
      readonly span: ManifestSpan;
    }
  /** No move gains these actions. */
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
  /** Empty except for `fs_pick`. */
  readonly triggers: readonly TriggerName[];
  /** The triggers as a mask. */
  readonly triggerMask: number;
  /** Name of the program before this one in its chain. */
  readonly previous: string | null;
  /** The number of instructions; LD_IMM64 counts once. */
  readonly instructions: number;
  /** The maps that LD_IMM64 with source 1 refers to: its immediate is an index into this list. */
  readonly maps: readonly string[];
  readonly bytecode: { readonly file: string; readonly sha256: string };
  /** For ranges of instruction slots (`to` exclusive): the place in a source that they come from. */
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
  /** The verdict on all actions before any entry applies; `walk` is always allowed. */
  readonly default: 'allow' | 'deny';
  readonly classes: readonly ManifestClass[];
  /** One entry for each scope, general before specific; scopes without such an order are sorted by text. */
  readonly entries: readonly MapEntry[];
  /** Entries of a hand-written manifest, used without change: a literal absolute path and 16 hex digits (the u64). */
  readonly raw: readonly { readonly path: string; readonly value: string }[];
}

/** A map of a hand-written manifest. Sizes are in bytes; keys and values are in hex. */
export interface PlainMap {
  readonly name: string;
  readonly type: 'array' | 'hash';
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

/** A class of actions that have the same verdict everywhere. */
export interface ManifestClass {
  readonly actions: readonly ActionName[];
  /** `bit`: that bit of the state decides. `allow`, `deny`: the verdict is the same in every state. */
  readonly decision:
    { readonly kind: 'bit'; readonly bit: number } | { readonly kind: 'allow' } | { readonly kind: 'deny' };
}

export interface MapEntry {
  /** The path as one string, for display. */
  readonly path: string;
  readonly components: PathPattern;
  readonly object: 'dir' | 'file';
  readonly optional: boolean;
  /**
   * The number of leading components that belong to an enclosing optional scope. If the object of that scope is absent,
   * this one may be absent too.
   */
  readonly within: number;
  readonly region: ManifestEffects;
  readonly self: ManifestEffects;
  readonly span: ManifestSpan;
  /** The rules behind the effects, for explanations. */
  readonly rules: readonly ManifestRule[];
}

/** Indices into `classes`, sorted. Only classes that a bit decides occur. */
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
  /**
   * Paths through the programs. Each stands for every state and input that takes it: masks of classes and numbers of places are
   * open on a path.
   */
  readonly paths: number;
  /** sha256 over all paths: for each, the program, what was decided on the way, and the bit that denies. */
  readonly digest: string;
}

export type LoadStep =
  | { readonly step: 'open'; readonly map: string }
  | { readonly step: 'map_update'; readonly map: string }
  | { readonly step: 'load_program'; readonly program: string }
  | { readonly step: 'no_new_privs' }
  | { readonly step: 'prepend'; readonly program: string }
  | { readonly step: 'chdir_current' };
