/** Sets of actions as text, with the policy's own names where they fit, and the kind of rights that they give. */
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
/** The most parts of a label; the others are only counted. */
const MAX_PARTS = 4;
const MAX_MISSING = 3;

/** The kind of rights that a set of actions gives. `walk` alone counts as nothing. */
export function rightsKind(rights: ActionMask): RightsKind {
  const changes = (rights & CHANGES) !== 0;
  if ((rights & RUNS) !== 0) return changes ? 'change-run' : 'run';
  if (changes) return 'change';
  return (rights & ALL_TRIGGERS) === 0 ? 'nothing' : 'look';
}

/** A label such as `look + edit`, `all except execute` or `nothing`. It mentions `walk` only if it is denied. */
export function rightsText(rights: ActionMask, sets: readonly NamedSet[]): string {
  const text = triggersText(intersection(rights, ALL_TRIGGERS), sets);
  return (rights & WALK) === 0 ? `${text}, no walk` : text;
}

/** All actions of a set, after its name if the policy has one for it. */
export function listText(actions: ActionMask, sets: readonly NamedSet[]): string {
  const name = sets.find((s) => s.actions === actions)?.name;
  return name === undefined ? fullText(actions) : `${name}: ${fullText(actions)}`;
}

/** All actions, for a tooltip. */
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
 * Describes rights by named sets, then by single actions. Each chosen set is the one that covers most actions that are
 * not covered yet. A set may contain a few wrong actions if it covers enough right ones: those are returned as
 * `except`.
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
