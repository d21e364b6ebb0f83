/** An action's name among the arguments. */
import { ACTIONS, type ActionName } from '../../abi/actions.js';
import { nearestName } from '../../diagnostics/suggest.js';
import { UsageError } from './options.js';

export function readAction(name: string): ActionName {
  const action = ACTIONS.find((a) => a === name);
  if (action !== undefined) return action;
  const near = nearestName(name, ACTIONS);
  throw new UsageError(
    `\`${name}\` is not an action${near === undefined ? `: the actions are ${ACTIONS.join(', ')}` : `: did you mean \`${near}\`?`}`,
  );
}
