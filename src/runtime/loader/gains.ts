/**
 * Decides `assert never gains …` on a tree: whether an object can gain rights by a move from one directory to another.
 *
 * Input: the grounded maps and the tree. Output: an error with the move that gains most, if there is one. All directories that
 * can be walked to are considered, and in each of them one directory that is created later. A rename or a link stays within
 * its mount, so only regions of the same mount are paired.
 */
import {
  NO_ACTIONS,
  WALK,
  actionNames,
  countActions,
  intersection,
  lowestBit,
  maskOf,
  type ActionMask,
} from '../../abi/actions.js';
import { gainOf, MOVE_ACTIONS, MOVE_CALLS, type MoveCall } from '../../abi/moves.js';
import type { Manifest, ManifestAssertion } from '../../artifact/manifest.js';
import type { Vfs } from '../kernel/vfs.js';
import { problemOf, withReasons, type LoadProblem } from './problems.js';
import * as tree from './standing.js';
import type { MapOnTree, Standing, Standpoint } from './standing.js';

type GainsAssertion = ManifestAssertion & { readonly kind: 'gains' };

/** The objects in a directory that no scope names. `own` is the standing of the directory itself. */
interface TreeRegion {
  readonly path: string;
  readonly mount: number;
  readonly own: readonly Standing[];
  readonly below: readonly Standing[];
  readonly allowed: ActionMask;
  /** The calls by which the directory lets an object in. */
  readonly into: readonly MoveCall[];
}

interface Move {
  readonly call: MoveCall;
  readonly from: TreeRegion;
  readonly to: TreeRegion;
  readonly gained: ActionMask;
}

export function judgeGains(
  manifest: Manifest,
  assertion: GainsAssertion,
  maps: readonly MapOnTree[],
  vfs: Vfs,
): LoadProblem[] {
  const relevant = maskOf(...assertion.actions);
  const move = bestMove(findRegions(maps, vfs), relevant);
  if (move === undefined) return [];
  const { call, from, to, gained } = move;
  const actions = actionNames(gained)
    .map((a) => `\`${a}\``)
    .join(', ');
  const problem = problemOf(
    'LLP5016',
    { from: from.path, to: to.path, actions },
    `deny \`${call}\` in the first or \`${call}to\` in the second`,
    [problemOf.place(manifest, assertion.span, 'asserted here')],
  );
  const { object, into } = MOVE_ACTIONS[call];
  return [
    withReasons(
      problem,
      manifest,
      [
        ...tree.reasonsFor(maps, from.below, lowestBit(object), 'allowed'),
        ...tree.reasonsFor(maps, to.own, lowestBit(into), 'allowed'),
      ],
      'the move is allowed',
    ),
  ];
}

/** Returns one region for each mount, set of allowed actions and set of calls into it. */
function findRegions(maps: readonly MapOnTree[], vfs: Vfs): TreeRegion[] {
  const found = new Map<string, TreeRegion>();
  const queue = [tree.rootStandpoint(maps, vfs)];
  for (const at of queue) {
    if (at.location.inode.kind !== 'dir' || (tree.allowedOn(maps, at.standings) & WALK) === 0) continue;
    addRegion(found, maps, at, at.standings);
    const later = tree.regionOf(at);
    if ((tree.allowedOn(maps, later) & WALK) !== 0) addRegion(found, maps, at, later);
    queue.push(...tree.judgedIn(maps, at, vfs));
  }
  return [...found.values()];
}

function addRegion(
  found: Map<string, TreeRegion>,
  maps: readonly MapOnTree[],
  at: Standpoint,
  own: readonly Standing[],
): void {
  const below = tree.regionOf(at);
  const allowed = tree.allowedOn(maps, below);
  const ownAllowed = tree.allowedOn(maps, own);
  const into = MOVE_CALLS.filter((call) => (ownAllowed & MOVE_ACTIONS[call].into) !== 0);
  const mount = at.location.mount.id;
  const key = `${mount} ${allowed} ${into.join()}`;
  if (!found.has(key)) found.set(key, { path: at.path, mount, own, below, allowed, into });
}

function bestMove(regions: readonly TreeRegion[], relevant: ActionMask): Move | undefined {
  let best: Move | undefined;
  for (const from of regions) {
    for (const to of regions) {
      if (to.mount !== from.mount) continue;
      for (const call of to.into) {
        const gained = intersection(gainOf(call, from.allowed, to.allowed), relevant);
        if (countActions(gained) > countActions(best?.gained ?? NO_ACTIONS))
          best = { call, from, to, gained };
      }
    }
  }
  return best;
}
