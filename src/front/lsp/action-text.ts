/** Prints sets of actions for an editor. */
import { ALL_ACTIONS, ALL_TRIGGERS, actionNames, type ActionMask } from '../../abi/actions.js';

/** The names of the actions, or `all` with the few exceptions. */
export function actionsText(mask: ActionMask): string {
  if (mask === ALL_ACTIONS) return '`all`, `walk`';
  if (mask === ALL_TRIGGERS) return '`all`';
  const rest = ALL_TRIGGERS & ~mask;
  const names = (m: ActionMask): string =>
    actionNames(m)
      .map((n) => `\`${n}\``)
      .join(', ');
  const few = actionNames(rest).length;
  if (few > 6) return names(mask);
  return `\`all\` except ${names(rest)}${(mask & ~ALL_TRIGGERS) === 0 ? '' : ', and `walk`'}`;
}
