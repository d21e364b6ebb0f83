/**
 * Moves: the calls that give an object a name in another directory. If no scope names the object, it then has the
 * rights of its new place.
 */
import {
  NO_ACTIONS,
  actionsAskedOf,
  difference,
  intersection,
  maskOf,
  overlaps,
  type ActionMask,
} from './actions.js';

export type MoveCall = 'rename' | 'link';
export const MOVE_CALLS: readonly MoveCall[] = ['rename', 'link'];

/** The actions that must be allowed on the object, and on the directory of its new name. */
export const MOVE_ACTIONS: Readonly<
  Record<MoveCall, { readonly object: ActionMask; readonly into: ActionMask }>
> = {
  rename: { object: maskOf('rename'), into: maskOf('renameto') },
  link: { object: maskOf('link'), into: maskOf('linkto') },
};

/** Allowed there and not here, if the call is allowed on it here. A directory cannot be linked. */
export function gainOf(call: MoveCall, here: ActionMask, there: ActionMask): ActionMask {
  if (!overlaps(here, MOVE_ACTIONS[call].object)) return NO_ACTIONS;
  const gained = difference(there, here);
  return call === 'rename' ? gained : intersection(gained, actionsAskedOf('file'));
}
