/**
 * The actions of the language: the 24 triggers of the Landlock v8 ABI by their bit number, and `walk`,
 * which `fs_walk` decides and which has no trigger bit.
 *
 * Source: the table "Triggers (bit numbers)" of the ABI description.
 */

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

/** A set of actions: bit i is `ACTIONS[i]`. Always within 25 bits, so a plain number does. */
export type ActionMask = number;

export const WALK_BIT = 24;
export const WALK: ActionMask = 1 << WALK_BIT;
/** `all` of the language: every action but `walk`. */
export const ALL_TRIGGERS: ActionMask = WALK - 1;
export const ALL_ACTIONS: ActionMask = ALL_TRIGGERS | WALK;

/** Actions that a request carries on a directory: the object of an expectation on them is a directory. */
export const DIRECTORY_ACTIONS: ActionMask =
  maskOf('create') |
  maskOf('linkto') |
  maskOf('renameto') |
  maskOf('mounton') |
  maskOf('readdir') |
  maskOf('chdir') |
  maskOf('chroot') |
  maskOf('rmdir') |
  WALK;

/** What no call asks of a directory: opening one asks `readdir`, and what changes one has actions of its own. */
export const NEVER_ON_DIRECTORY: ActionMask =
  maskOf('append') |
  maskOf('execute') |
  maskOf('link') |
  maskOf('map') |
  maskOf('read') |
  maskOf('unlink') |
  maskOf('write');

/** What no call asks of anything but a directory. */
export const ONLY_ON_DIRECTORY: ActionMask = DIRECTORY_ACTIONS & ~maskOf('mounton');

/** The actions that calls ask of a kind of object. */
export function actionsAskedOf(object: 'dir' | 'file'): ActionMask {
  return ALL_ACTIONS & ~(object === 'dir' ? NEVER_ON_DIRECTORY : ONLY_ON_DIRECTORY);
}

const BIT_OF: ReadonlyMap<string, number> = new Map(ACTIONS.map((name, bit) => [name, bit]));

/** The bit of an action name, or undefined for a name that is no action. */
export function actionBit(name: string): number | undefined {
  return BIT_OF.get(name);
}

/** The mask with the one bit of a known action. */
export function maskOf(name: ActionName): ActionMask {
  return 1 << ACTIONS.indexOf(name);
}

/** The names in a mask, in bit order. */
export function actionNames(mask: ActionMask): ActionName[] {
  return ACTIONS.filter((_, bit) => (mask & (1 << bit)) !== 0);
}
