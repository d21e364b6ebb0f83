/**
 * Decides whether an earlier state covers a new one: every run that the new state describes is also described by the
 * earlier one.
 *
 * The earlier state has forgotten what no later instruction reads (`liveness.ts`), so an unset value in it covers every
 * value.
 */
import { UNKNOWN, covers } from './scalar.js';
import { NO_SLOTS, UNSET, WRITTEN } from './state.js';
import type { Frame, Slot, State, Value } from './state.js';

/** Maps the ids of lookup results in the earlier state to those in the new one. */
type Ids = Map<number, number>;

/** True if `old` covers `state`. Both are at the same instruction with the same call stack. */
export function subsumes(old: State, state: State): boolean {
  const ids: Ids = new Map();
  // Registers are compared first: there are fewer of them, and they differ more often.
  return everyFrame(old, state, ids, registersCover) && everyFrame(old, state, ids, stackCovers);
}

function everyFrame(
  old: State,
  state: State,
  ids: Ids,
  covered: (old: Frame, now: Frame, ids: Ids) => boolean,
): boolean {
  for (let i = old.frames.length - 1; i >= 0; i--) {
    const before = old.frames[i];
    const now = state.frames[i];
    if (before === undefined || now === undefined || !covered(before, now, ids)) return false;
  }
  return true;
}

function registersCover(old: Frame, now: Frame, ids: Ids): boolean {
  for (let r = 0; r < old.regs.length; r++) {
    if (!valueCovers(old.regs[r] ?? UNSET, now.regs[r] ?? UNSET, ids)) return false;
  }
  return true;
}

function stackCovers(old: Frame, now: Frame, ids: Ids): boolean {
  if (old.slots === NO_SLOTS) return true;
  if (old.slots === now.slots && !holdsResults(old.slots)) return true;
  for (let i = 0; i < old.slots.length; i++) {
    if (!slotCovers(old.slots[i] ?? 0, now.slots[i] ?? 0, ids)) return false;
  }
  return true;
}

/** Caches `holdsResults` by array of slots, which is never changed. */
const results = new WeakMap<readonly Slot[], boolean>();

/** True if a slot holds the result of a lookup that has not been compared with null. */
function holdsResults(slots: readonly Slot[]): boolean {
  const known = results.get(slots);
  if (known !== undefined) return known;
  const found = slots.some((slot) => typeof slot !== 'number' && slot.kind === 'value_or_null');
  results.set(slots, found);
  return found;
}

function slotCovers(old: Slot, now: Slot, ids: Ids): boolean {
  if (old === 0) return true;
  if (typeof old === 'number') {
    if (old === now) return true;
    const written = typeof now === 'number' ? now : now.kind === 'scalar' ? WRITTEN : 0;
    return (old & ~written) === 0;
  }
  if (typeof now === 'number') return old === UNKNOWN && now === WRITTEN;
  return valueCovers(old, now, ids);
}

function valueCovers(a: Value, b: Value, ids: Ids): boolean {
  if (a === b) return a.kind !== 'value_or_null' || sameId(a.id, a.id, ids);
  switch (a.kind) {
    case 'unset':
      return true;
    case 'scalar':
      return b.kind === 'scalar' && covers(a, b);
    case 'context':
      return b.kind === 'context';
    case 'stack':
      return b.kind === 'stack' && a.frame === b.frame && a.offset === b.offset;
    case 'handle':
      return b.kind === 'handle' && a.handle === b.handle;
    case 'map':
      return b.kind === 'map' && a.map === b.map;
    case 'value_or_null':
      return b.kind === 'value_or_null' && a.map === b.map && sameId(a.id, b.id, ids);
    case 'value':
      return b.kind === 'value' && a.map === b.map && covers(a.offset, b.offset);
    case 'memory':
      return b.kind === 'memory' && covers(a.offset, b.offset);
  }
}

/** True if the two ids correspond. The first comparison of an id sets the correspondence. */
function sameId(a: number, b: number, ids: Ids): boolean {
  const known = ids.get(a);
  if (known === undefined) ids.set(a, b);
  return known === undefined || known === b;
}
