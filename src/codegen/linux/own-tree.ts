/**
 * The own tree of a policy: a modelled tree on which every place of the policy exists, with an object of each kind that can be
 * there, and one object of each kind in every region. Plans and gaps are decided on it when no other tree is at hand.
 *
 * Input: the layers and their automata. Output: a tree. The names are those of the automaton's edges, so one name stands for all
 * names that are decided alike. Weakness: in a directory where globs match every name, no object of the region exists.
 */
import { addEntry, newInode, Vfs, type Inode } from '../../runtime/kernel/vfs.js';
import {
  canBeDirectory,
  canBeOther,
  makeSpots,
  spotKey,
  stepsFrom,
  stepTo,
  type Spot,
  type Spots,
  type Step,
} from '../../ir/hierarchy/spots.js';
import { waysFrom } from '../../ir/hierarchy/walker.js';
import type { Meaning } from '../target.js';

/** Returns the own tree of a policy; undefined where its globs overlap too much to decide. */
export function ownTree({ policy, hierarchies }: Meaning): Vfs | undefined {
  const spots = makeSpots(policy.layers, hierarchies);
  const vfs = new Vfs();
  return grow(vfs, spots, vfs.root, spots.root, new Set([spotKey(spots.root)])) ? vfs : undefined;
}

/** Adds the entries of a directory. `above`: the spots on the way; a spot that comes again is not expanded. */
function grow(vfs: Vfs, spots: Spots, dir: Inode, spot: Spot, above: ReadonlySet<string>): boolean {
  const steps = stepsFrom(spot);
  if (steps === undefined) return false;
  for (const step of steps) {
    if (step.appears) continue;
    const next = stepTo(spots, spot, step);
    const asDirectory = canBeDirectory(next) && !isOnlyFile(spot, next);
    if (asDirectory) {
      const made = add(vfs, dir, step.name, 'dir');
      const key = spotKey(next);
      if (!above.has(key)) {
        if (!grow(vfs, spots, made, next, new Set([...above, key]))) return false;
      } else if (next !== spot) add(vfs, made, 'file', 'file');
    }
    if (canBeOther(next)) addFile(vfs, dir, spot, step, asDirectory);
  }
  return true;
}

/** Returns whether scopes name an object as a file, and no scope names it as a directory. */
function isOnlyFile(above: Spot, spot: Spot): boolean {
  const isPlain = spot.states.every((s, i) => {
    const region = above.states[i]?.below;
    return s.dir === region && s.below === region && s.literals.length === 0 && s.classes.length === 0;
  });
  return isPlain && canBeOther(spot) && spot.states.some((s, i) => s.file !== above.states[i]?.below);
}

/** Adds a file for a step. Where the name of the step is taken by a directory, the file has another name that is decided alike. */
function addFile(vfs: Vfs, dir: Inode, spot: Spot, step: Step, taken: boolean): void {
  const name = taken ? otherName(spot, step.name, new Set(dir.entries?.keys())) : step.name;
  if (name !== undefined && dir.entries?.has(name) !== true) add(vfs, dir, name, 'file');
}

/** Returns a name beside `name` that leads every automaton to the same states; undefined when there is none. */
function otherName(spot: Spot, name: string, taken: ReadonlySet<string>): string | undefined {
  const before = waysFrom(spot.states, { names: spot.kinds?.children.keys() ?? [] });
  if (before === undefined || before.literals.includes(name)) return undefined;
  const own = before.classes.find((c) => c.witness === name);
  const ways = waysFrom(spot.states, { names: [...(spot.kinds?.children.keys() ?? []), ...taken] });
  if (own === undefined) return ways?.fresh;
  return ways?.classes.find((c) => c.matching.join() === own.matching.join())?.witness;
}

function add(vfs: Vfs, dir: Inode, name: string, kind: 'dir' | 'file'): Inode {
  const inode = newInode(vfs, kind);
  addEntry(vfs, dir, name, inode);
  return inode;
}
