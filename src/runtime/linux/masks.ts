/**
 * What each mask stops, and where a mask stops nothing that the policy allows.
 *
 * Source: "Masks" of the page on enforcement. A mask on an object is a mount of its own, so the object cannot be moved or
 * removed (EBUSY), and nothing can be moved or linked across its edge (EXDEV).
 */
import { ALL_TRIGGERS, difference, maskOf, overlaps, union, type ActionMask } from '../../abi/actions.js';
import type { MaskKind } from '../../artifact/enforcement-plan.js';
import type { LandlockRight } from '../../abi/landlock.js';
import type { ObjectNode } from './nodes.js';

/** The rights that a mask makes useless on the object and beneath it. */
const STOPPED_RIGHTS: Readonly<Record<MaskKind, (right: LandlockRight) => boolean>> = {
  hide: () => true,
  ro: (right) => /^(write_file|truncate|make_|remove_|refer)/.test(right),
  noexec: (right) => right === 'execute',
  pin: () => false,
};

/** Returns whether a mask on an object makes a right useless on it and beneath it. */
export function stopsRight(kind: MaskKind, right: LandlockRight): boolean {
  return STOPPED_RIGHTS[kind](right);
}

const CHANGES = maskOf(
  'write',
  'append',
  'create',
  'unlink',
  'rmdir',
  'rename',
  'renameto',
  'link',
  'linkto',
  'setattr',
);
/** The actions that stop at the edge of a mount, and those that change the name of the object itself. */
const MOVES = maskOf('rename', 'renameto', 'link', 'linkto');
const REMOVALS = maskOf('unlink', 'rmdir', 'rename', 'link');

interface Stops {
  /** The actions that the mask stops on the object itself. */
  readonly self: ActionMask;
  /** The actions that it stops beneath the object. */
  readonly beneath: ActionMask;
}

/**
 * What each mask stops. `walk` is left out: going through a hidden directory shows nothing that is allowed. A hidden object can
 * still be asked for its attributes, and they are those of the mask.
 */
const STOPS: Readonly<Record<MaskKind, Stops>> = {
  hide: { self: difference(ALL_TRIGGERS, maskOf('getattr')), beneath: ALL_TRIGGERS },
  ro: { self: union(CHANGES, REMOVALS), beneath: CHANGES },
  noexec: { self: union(maskOf('execute'), REMOVALS), beneath: union(maskOf('execute'), MOVES) },
  pin: { self: REMOVALS, beneath: MOVES },
};

/** Returns whether the policy denies all that a mask on this object stops. */
export function isAdmissible(kind: MaskKind, node: ObjectNode): boolean {
  const { self, beneath } = STOPS[kind];
  return !overlaps(node.allowed, self) && !overlaps(node.allowedBeneath, beneath);
}
