/** Sets of actions for people: the policy's own names for them where they fit, and what they come to. */
import {
  ALL_TRIGGERS,
  NO_ACTIONS,
  WALK,
  actionNames,
  countActions,
  difference,
  intersection,
  maskOf,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import type { NamedSet } from '../../ir/check/policy.js';
import type { RightsKind } from './model.js';

const CHANGES: ActionMask = maskOf(
  'append',
  'create',
  'link',
  'linkto',
  'mounton',
  'rename',
  'renameto',
  'rmdir',
  'setattr',
  'unlink',
  'write',
);
const RUNS: ActionMask = maskOf('execute');
/** Parts of a label; what is more is counted. */
const MAX_PARTS = 4;
const MAX_MISSING = 3;

/** Going through a directory alone is no right to speak of. */
export function rightsKind(rights: ActionMask): RightsKind {
  const changes = (rights & CHANGES) !== 0;
  if ((rights & RUNS) !== 0) return changes ? 'change-run' : 'run';
  if (changes) return 'change';
  return (rights & ALL_TRIGGERS) === 0 ? 'nothing' : 'look';
}

/** A label: `look + edit`, `all except execute`, `nothing`. `walk` is spoken of where it is denied. */
export function rightsText(rights: ActionMask, sets: readonly NamedSet[]): string {
  const text = triggersText(intersection(rights, ALL_TRIGGERS), sets);
  return (rights & WALK) === 0 ? `${text}, no walk` : text;
}

/** Every action of a set, after the policy's name for it if it has one. */
export function listText(actions: ActionMask, sets: readonly NamedSet[]): string {
  const name = sets.find((s) => s.actions === actions)?.name;
  return name === undefined ? fullText(actions) : `${name}: ${fullText(actions)}`;
}

/** Everything, for a tooltip. */
export function fullText(rights: ActionMask): string {
  return rights === 0 ? 'nothing' : actionNames(rights).join(', ');
}

function triggersText(rights: ActionMask, sets: readonly NamedSet[]): string {
  if (rights === 0) return 'nothing';
  if (rights === ALL_TRIGGERS) return 'everything';
  const { names, except } = cover(rights, sets);
  const missing = actionNames(difference(ALL_TRIGGERS, rights));
  if (names.length > MAX_MISSING && missing.length <= MAX_MISSING) return `all except ${missing.join(', ')}`;
  const shown = names.length <= MAX_PARTS ? names : names.slice(0, MAX_PARTS - 1);
  const more = names.length > shown.length ? ` + ${names.length - shown.length} more` : '';
  return shown.join(' + ') + more + (except === 0 ? '' : ` except ${actionNames(except).join(', ')}`);
}

/**
 * Named sets, each the one that says most that is not said yet, then single actions. A set may say a little too much where it
 * says more that is right: that is taken away from the whole at the end.
 */
function cover(
  rights: ActionMask,
  sets: readonly NamedSet[],
): { readonly names: readonly string[]; readonly except: ActionMask } {
  const chosen = new Set<NamedSet>();
  let [left, except] = [rights, NO_ACTIONS];
  const gain = ({ actions }: NamedSet): number =>
    countActions(intersection(actions, left)) - 2 * countActions(difference(actions, union(rights, except)));
  for (;;) {
    const [best] = sets.filter((s) => gain(s) > 1).sort((a, b) => gain(b) - gain(a));
    if (best === undefined) break;
    chosen.add(best);
    left = difference(left, best.actions);
    except = union(except, difference(best.actions, rights));
  }
  return { names: [...sets.filter((s) => chosen.has(s)).map((s) => s.name), ...actionNames(left)], except };
}
