/**
 * Hooks, contexts and return values of the Landlock v8 ABI.
 *
 * Source: "Program type and hook types" and "Contexts" of the ABI description.
 */

export type HookName = 'fs_pick' | 'fs_walk' | 'fs_get';

/**
 * What a run is for, whatever the target calls its hooks: `walk` is asked for each directory of a path, `object` for
 * the object that a request is about, `hold` when a task keeps an object for later.
 */
export type Phase = 'walk' | 'object' | 'hold';

/** What a context field holds: a number, or an opaque pointer that a program can only pass to a helper. */
export type FieldKind = 'scalar' | 'chain' | 'inode' | 'tag_object';

export interface ContextField {
  readonly name: string;
  /** Byte offset in the context. */
  readonly offset: number;
  /** Width in bytes. */
  readonly size: number;
  readonly kind: FieldKind;
  readonly writable: boolean;
  /** True if the program may access a part of the field. */
  readonly narrow: boolean;
}

export interface HookAbi {
  readonly name: HookName;
  readonly phase: Phase;
  /** `subtype.type`. */
  readonly type: number;
  readonly context: readonly ContextField[];
  /** The number of bytes of the context that a program may read. */
  readonly contextSize: number;
  /** Helper numbers that a program of this hook may call. */
  readonly helpers: readonly number[];
}

const field = (
  name: string,
  offset: number,
  size: number,
  kind: FieldKind,
  writable: boolean,
  narrow: boolean,
): ContextField => ({ name, offset, size, kind, writable, narrow });

/*
 *  0        8        16       24 25
 *  ├ cookie ┼ chain ─┼ inode ─┼─┤ inode_lookup
 */
const INODE_CONTEXT: readonly ContextField[] = [
  field('cookie', 0, 8, 'scalar', true, true),
  field('chain', 8, 8, 'chain', false, false),
  field('inode', 16, 8, 'inode', false, false),
  field('inode_lookup', 24, 1, 'scalar', false, false),
];

const TAG_CONTEXT: readonly ContextField[] = [
  field('cookie', 0, 8, 'scalar', false, true),
  field('chain', 8, 8, 'chain', false, false),
  field('tag_object', 16, 8, 'tag_object', false, false),
];

const MAP_HELPERS = [1, 2, 3] as const;

export const HOOKS: Readonly<Record<HookName, HookAbi>> = {
  fs_pick: hook('fs_pick', 'object', 1, INODE_CONTEXT, 25, [...MAP_HELPERS, 60, 61]),
  fs_walk: hook('fs_walk', 'walk', 2, INODE_CONTEXT, 25, [...MAP_HELPERS, 60, 61]),
  fs_get: hook('fs_get', 'hold', 3, TAG_CONTEXT, 24, [...MAP_HELPERS, 61, 62]),
};

function hook(
  name: HookName,
  phase: Phase,
  type: number,
  context: readonly ContextField[],
  contextSize: number,
  helpers: readonly number[],
): HookAbi {
  return { name, phase, type, context, contextSize, helpers };
}

/** The row of a hook, or undefined for a name that the ABI does not have: a manifest may be written by hand. */
export function hookAbi(name: string): HookAbi | undefined {
  return Object.hasOwn(HOOKS, name) ? HOOKS[name as HookName] : undefined;
}

/** Offsets in the context, for code generation. */
export const CTX = { cookie: 0, chain: 8, inode: 16, tagObject: 16, inodeLookup: 24 } as const;

/** `inode_lookup`: how the walk reached the inode. */
export const LOOKUP = { NORMAL: 0, ROOT: 1, DOT: 2, DOTDOT: 3 } as const;
export type Lookup = 0 | 1 | 2 | 3;
export const LOOKUP_NAMES = ['normal', 'ROOT', 'DOT', 'DOTDOT'] as const;

/** The return value of a program that denies; 0 allows, and any other 32-bit value denies too. */
export const LANDLOCK_RET_DENY = 1;

/** Limits of the ABI. */
export const MAX_INSTRUCTIONS = 4096;
export const MAX_SET_PAGES = 64;
export const PAGE_SIZE = 4096;
/** Bytes of `struct bpf_prog` before the instructions, in Linux 4.16 on a 64-bit machine. */
const PROGRAM_HEADER = 48;
export const MAX_CHAINS = 256;
export const STACK_SIZE = 512;

/** The pages that a program takes in the kernel, given the bytes of its bytecode: its header is in them too. */
export function programPages(size: number): number {
  return Math.ceil((PROGRAM_HEADER + size) / PAGE_SIZE);
}
