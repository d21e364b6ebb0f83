/** What a call that gives an object a name in another directory makes of its rights, when no scope names the object. */
import { maskOf, ONLY_ON_DIRECTORY, type ActionMask } from './actions.js';

export type MoveCall = 'rename' | 'link';
export const MOVE_CALLS: readonly MoveCall[] = ['rename', 'link'];

/** What must be allowed on the object, and on the directory that it gets a name in. */
export const MOVE_ACTIONS: Readonly<
  Record<MoveCall, { readonly object: ActionMask; readonly into: ActionMask }>
> = {
  rename: { object: maskOf('rename'), into: maskOf('renameto') },
  link: { object: maskOf('link'), into: maskOf('linkto') },
};

/** Allowed there and not here, if the call is allowed on it here. Only what is no directory can be linked. */
export function gainOf(call: MoveCall, here: ActionMask, there: ActionMask): ActionMask {
  if ((here & MOVE_ACTIONS[call].object) === 0) return 0;
  const gained = there & ~here;
  return call === 'rename' ? gained : gained & ~ONLY_ON_DIRECTORY;
}

/** The number of actions in a mask. */
export function countActions(mask: ActionMask): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
