/**
 * The actions of the language: the 24 triggers of the Landlock v8 ABI by their bit number, and `walk`. `fs_walk`
 * decides `walk`, so it has no trigger bit.
 *
 * Source: the table "Triggers (bit numbers)" of the ABI description.
 */
import { assert } from '../base/assert.js';

/** Trigger names in bit order: the index is the bit number in `subtype.triggers`. */
export const TRIGGERS = [
  'append',
  'chdir',
  'chroot',
  'create',
  'execute',
  'fcntl',
  'getattr',
  'ioctl',
  'link',
  'linkto',
  'lock',
  'map',
  'mounton',
  'open',
  'read',
  'readdir',
  'receive',
  'rename',
  'renameto',
  'rmdir',
  'setattr',
  'transfer',
  'unlink',
  'write',
] as const;

export type TriggerName = (typeof TRIGGERS)[number];

/** Every action of the language, in bit order; `walk` is bit 24 and exists in no trigger mask. */
export const ACTIONS = [...TRIGGERS, 'walk'] as const;
export type ActionName = (typeof ACTIONS)[number];

/** The number of an action: its index in `ACTIONS`, and the position of its bit in a mask. */
export type ActionBit = number & { readonly __brand: 'ActionBit' };
/** A set of actions: bit i stands for `ACTIONS[i]`. It has 25 bits, so it is a plain number at run time. */
export type ActionMask = number & { readonly __brand: 'ActionMask' };

const BIT_OF: ReadonlyMap<string, number> = new Map(ACTIONS.map((name, bit) => [name, bit]));

/** The bit of an action; undefined if the name is not an action. */
export function actionBit(name: ActionName): ActionBit;
export function actionBit(name: string): ActionBit | undefined;
export function actionBit(name: string): ActionBit | undefined {
  return BIT_OF.get(name) as ActionBit | undefined;
}

/** The name of an action. */
export function actionName(bit: ActionBit): ActionName {
  return ACTIONS[bit] as ActionName;
}

/** A mask from a number that comes from outside, such as a manifest; a bit that is not an action's is a fault. */
export function actionMask(bits: number): ActionMask {
  assert((bits & (2 ** ACTIONS.length - 1)) === bits, `${bits} is not a mask of actions`);
  return bits as ActionMask;
}

/** The mask of these actions. */
export function maskOf(...names: readonly ActionName[]): ActionMask {
  return names.reduce((mask, name) => mask | (1 << actionBit(name)), 0) as ActionMask;
}

/** The mask of one action. */
export function maskOfBit(bit: ActionBit): ActionMask {
  return (1 << bit) as ActionMask;
}

/**
 * The bits of either mask. The masks are of actions, or of classes of them in the loader; the result is of the same
 * kind.
 */
export function union<Mask extends number>(a: Mask, b: Mask): Mask {
  return (a | b) as Mask;
}

/** The bits of both masks. */
export function intersection<Mask extends number>(a: Mask, b: Mask): Mask {
  return (a & b) as Mask;
}

/** The bits of the first mask that the second does not have. */
export function difference<Mask extends number>(a: Mask, b: Mask): Mask {
  return (a & ~b) as Mask;
}

/** The actions of any of the masks. */
export function unionOf(masks: readonly ActionMask[]): ActionMask {
  return masks.reduce(union, NO_ACTIONS);
}

/** True if the masks have an action in common. */
export function overlaps(a: ActionMask, b: ActionMask): boolean {
  return (a & b) !== 0;
}

/** True if the mask has the action. */
export function hasAction(mask: ActionMask, bit: ActionBit): boolean {
  return ((mask >> bit) & 1) !== 0;
}

/** The lowest bit of a mask; the mask must not be empty. */
export function lowestBit(mask: ActionMask): ActionBit {
  assert(mask !== 0, 'a mask with an action');
  return (31 - Math.clz32(mask & -mask)) as ActionBit;
}

/** The bits of a mask, lowest first. */
export function actionBits(mask: ActionMask): ActionBit[] {
  const bits: ActionBit[] = [];
  for (let rest = mask; rest !== 0; rest = (rest & (rest - 1)) as ActionMask) bits.push(lowestBit(rest));
  return bits;
}

/** The names in a mask, in bit order. */
export function actionNames(mask: ActionMask): ActionName[] {
  return ACTIONS.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/** The number of actions in a mask. */
export function countActions(mask: ActionMask): number {
  let count = 0;
  for (let rest: number = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export const NO_ACTIONS = 0 as ActionMask;
export const WALK_BIT = actionBit('walk');
export const WALK = maskOf('walk');
/** `all` of the language: every action but `walk`. */
export const ALL_TRIGGERS = maskOf(...TRIGGERS);
export const ALL_ACTIONS = union(ALL_TRIGGERS, WALK);

/** The actions for which an expectation of a test takes its path as a directory. */
export const DIRECTORY_ACTIONS = maskOf(
  'create',
  'linkto',
  'renameto',
  'mounton',
  'readdir',
  'chdir',
  'chroot',
  'rmdir',
  'walk',
);

/** The actions that no call requests on a directory: opening one requests `readdir`, and changes have other actions. */
const NEVER_ON_DIRECTORY = maskOf('append', 'execute', 'link', 'map', 'read', 'unlink', 'write');

/** The actions that calls request only on directories. */
const ONLY_ON_DIRECTORY = difference(DIRECTORY_ACTIONS, maskOf('mounton'));

/** The actions that calls may request on a kind of object. */
export function actionsAskedOf(object: 'dir' | 'file'): ActionMask {
  return difference(ALL_ACTIONS, object === 'dir' ? NEVER_ON_DIRECTORY : ONLY_ON_DIRECTORY);
}
