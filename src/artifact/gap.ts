/**
 * A gap: a verdict of a policy that a target does not enforce as it stands. Plain data: a target finds gaps, and the
 * compiler and the tools show them.
 */
import type { ActionMask } from '../abi/actions.js';
import type { Span } from '../diagnostics/types.js';
import type { TargetName } from './manifest.js';

/** In what a target differs from the policy. */
export const GAP_DIRECTION_TEXTS = {
  looser: 'the target does not stop a request that the policy denies',
  stricter: 'the target stops a request that the policy allows',
  errno: 'the target stops a denied request with another errno than the policy',
  visibility: 'an object looks empty, or its owner, mode or size is not its own',
} as const;
export type GapDirection = keyof typeof GAP_DIRECTION_TEXTS;
/** In the order of reports. */
export const GAP_DIRECTIONS = Object.keys(GAP_DIRECTION_TEXTS) as GapDirection[];

/** Why a target does not give the verdict of the policy. The list is closed: every gap has one of these causes. */
export const GAP_CAUSES = {
  'no-right': 'this version of Landlock has no right for it',
  'nothing-stops': 'nothing on stock Linux stops it',
  'adds-down': 'Landlock grants a right on a directory for everything beneath it, and cannot take it back',
  'left-behind': 'the right was granted on a directory that the object is not in any more',
  'right-of-parent': 'the right belongs to the directory that the object is in, not to the object',
  'append-is-write': 'Landlock has the same right for appending as for writing',
  'open-with-access': 'Landlock checks `open` only together with reading, writing or listing',
  'create-and-write': 'a file that is created by opening it for writing needs the right to write, too',
  'refer-gains': 'Landlock refuses a move or a link to a directory that grants more rights',
  'mount-refused': 'Landlock refuses every call that changes mounts',
  'devices-only': 'Landlock checks `ioctl` on devices only',
  'needs-masks': 'only a mask holds such a denial, and masks cannot be made on this machine',
  'mask-too-wide': 'a mask stops more than the policy denies',
  'mask-exists-only': 'a mask lies only on what exists when the program starts',
  'mask-edge': 'a move or a link across the edge of a mask fails',
  'mask-shows-empty': 'a mask shows an empty object in place of the real one',
  'mask-is-by-name': 'a mask lies on one name of an object, and another name leads past it',
  'filter-is-global': 'a filter denies a system call on every object or on none',
  'no-capabilities': 'a program behind masks has no capabilities',
  'checked-at-open': 'the rights of a descriptor are fixed when the file is opened',
  'other-errno': 'what stops it answers with another errno than the policy',
} as const;
export type GapCause = keyof typeof GAP_CAUSES;

/** The requests that a gap is about. */
export const GAP_TIMES = {
  always: 'always',
  'appears-later': 'only for objects that appear after the start',
  'after-move': 'only after a move',
  'hard-link': 'only through a hard link',
  'earlier-descriptor': 'only with a descriptor from before the start',
} as const;
export type GapTime = keyof typeof GAP_TIMES;

/** A shortest example of a gap. */
export interface GapWitness {
  /** Absolute, as it is: whoever shows it escapes it. */
  readonly path: string;
  /** The system call, such as `open("/srv/.env", O_RDONLY)`. */
  readonly call: string;
  /** What the call does under the target, as the rest of a sentence: `succeeds`, `fails with EXDEV`. */
  readonly outcome: string;
}

/** What decides the request in the policy. */
export type GapDecider =
  /** `via`: the `use` statements that brought the rule into its scope, outermost first. */
  | { readonly kind: 'rule'; readonly span: Span; readonly via: readonly Span[] }
  /** No rule mentions the action. `span`: the layer's name. */
  | { readonly kind: 'default'; readonly default: 'allow' | 'deny'; readonly span: Span };

/** What closes a gap. */
export type GapCloser =
  /** The least version of the Landlock ABI. */
  | { readonly kind: 'abi'; readonly abi: number }
  /** A machine on which masks can be made. */
  | { readonly kind: 'masks' }
  | { readonly kind: 'target'; readonly target: TargetName };

/** A gap as a target finds it. */
export interface FoundGap {
  readonly direction: GapDirection;
  /** The names of the layers whose verdict it is, in the order of layers; never empty. */
  readonly layers: readonly string[];
  readonly actions: ActionMask;
  readonly cause: GapCause;
  readonly witness: GapWitness;
  readonly decider: GapDecider;
  readonly when: GapTime;
  /** Absent if nothing that llpc knows closes it. */
  readonly closedBy?: GapCloser | undefined;
}

/** A gap of which it is known whether the policy accepts it. Only looser gaps are ever accepted. */
export interface Gap extends FoundGap {
  readonly accepted: boolean;
}
