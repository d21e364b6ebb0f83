/**
 * The layout of linear memory.
 *
 *     0         64          128                      4224               8192            24576
 *     ├ unused ─┼ result ───┼ 8 frames of 512 bytes ─┼ unused           ┼ steps ────────┼ allocated …
 *
 * Address 0 is unused, so that a null pointer is never the address of a value.
 *
 *     context of a chain in a session (32 bytes), as in the ABI:
 *     0        8        16      24             28         32
 *     ├ cookie ┼ chain ─┼ object ┼ inode_lookup ┼ triggers ┤
 *
 *     descriptor of a map (32 bytes), to which the handle of a map points
 *     inode map    ├ kind ┼ address of cells ┼ size of cells − 1 ┤
 *     array, hash  ├ kind ┼ address of values ┼ stride ┼ entries ┤
 *
 *     cell of an inode map or of the tags (16 bytes), open addressing
 *     inode map    ├ inode ┼ low ┼ high ┼ −1 if in use ┤
 *     tags         ├ inode ┼ chain ┼ low ┼ high ┤          inode 0: free
 */
export const RESULT = 64;
/** Holds the address of the step at which a walk was denied. */
export const STOPPED_AT = 72;
const STACK = 128;
export const FRAME_SIZE = 512;
/** r10 of a main function. */
export const STACK_TOP = STACK + FRAME_SIZE;
export const STEPS = 8192;
/** The number of steps that fit. */
export const MAX_STEPS = 4096;
export const FIRST_FREE = STEPS + 4 * MAX_STEPS;

export const CONTEXT_SIZE = 32;
export const CONTEXT = { cookie: 0, chain: 8, object: 16, lookup: 24 } as const;

export const DESCRIPTOR_SIZE = 32;
export const MAP_KIND = { inode: 0, array: 1, hash: 2 } as const;
export const DESCRIPTOR = { kind: 0, base: 4, mask: 8, stride: 8, entries: 12, number: 16 } as const;

/** A request of a batch: five words, and a sixth for the verdict (0 allowed, 1 walk denied, 2 object denied). */
export const REQUEST = {
  steps: 0,
  end: 4,
  triggers: 8,
  object: 12,
  lookup: 16,
  verdict: 20,
  size: 24,
} as const;
