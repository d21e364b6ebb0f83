/** Prints a hierarchy automaton for `--emit hierarchy`; golden tests compare the same text. */
import { ALL_ACTIONS, actionNames, difference, type ActionMask } from '../../abi/actions.js';
import { counted } from '../../base/text.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';

/** Returns a mask as text: its actions or, if they are fewer, the actions that are not in it. */
function maskText(mask: ActionMask): string {
  if (mask === 0) return 'none';
  if (mask === ALL_ACTIONS) return 'everything';
  const names = actionNames(mask);
  const missing = actionNames(difference(ALL_ACTIONS, mask));
  return missing.length < names.length ? `everything but ${missing.join(', ')}` : names.join(', ');
}

export function printHierarchy(automaton: HierarchyAutomaton): string {
  const { states } = automaton;
  return `hierarchy ${JSON.stringify(automaton.layer)}: ${counted(states.length, 'state')}\n${states.map(printState).join('')}`;
}

function printState(state: HierarchyState): string {
  const verdicts = [
    `    directory: ${maskText(state.dir)}`,
    ...(state.below === state.dir ? [] : [`    beneath: ${maskText(state.below)}`]),
    ...(state.file === state.below ? [] : [`    other object: ${maskText(state.file)}`]),
  ];
  const edges = [
    ...state.literals.map((e) => `    ${JSON.stringify(e.name)} -> ${e.to}`),
    ...state.classes.map((e) => {
      const matching = e.matching.map((i) => state.globs[i]).join(' & ');
      const not = state.globs.filter((_, i) => !e.matching.includes(i)).map((g) => ` & !${g}`);
      return `    ${matching}${not.join('')} -> ${e.to}   (as ${JSON.stringify(e.witness)})`;
    }),
    `    else -> ${state.other}`,
  ];
  return `  state ${state.id}\n${[...verdicts, ...edges].join('\n')}\n`;
}
