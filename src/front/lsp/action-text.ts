/** Sets of actions as an editor shows them. */
import { ALL_ACTIONS, ALL_TRIGGERS, actionNames, difference, type ActionMask } from '../../abi/actions.js';

/** The names, or `all` except a few. */
export function actionsText(mask: ActionMask): string {
  if (mask === ALL_ACTIONS) return '`all`, `walk`';
  if (mask === ALL_TRIGGERS) return '`all`';
  const rest = difference(ALL_TRIGGERS, mask);
  const names = (m: ActionMask): string =>
    actionNames(m)
      .map((n) => `\`${n}\``)
      .join(', ');
  const few = actionNames(rest).length;
  if (few > 6) return names(mask);
  return `\`all\` except ${names(rest)}${difference(mask, ALL_TRIGGERS) === 0 ? '' : ', and `walk`'}`;
}
