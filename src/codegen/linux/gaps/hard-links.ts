/**
 * Names that no scope sees: a file with more names than were found can be reached by a name that no mask and no rule knows.
 *
 * A policy gives an object that a scope names its rights wherever it is reached from. On Linux only its known names are held.
 */
import { difference, hasAction, maskOf, actionBit, type ActionName } from '../../../abi/actions.js';
import type { FoundGap } from '../../../artifact/gap.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import type { Inode } from '../../../runtime/kernel/vfs.js';
import { allOf, nodesBeneath, type ObjectNode } from '../../../runtime/linux/nodes.js';
import type { MapOnTree } from '../../../runtime/loader/standing.js';
import { deciderOf } from './describe.js';

const HELD: readonly ActionName[] = ['read', 'write', 'execute'];

/** Returns a gap for each file with unseen names on which the policy denies what it allows on other files. */
export function hardLinkGaps(
  policy: CheckedPolicy,
  maps: readonly MapOnTree[],
  root: ObjectNode,
  hasUnseenNames: (inode: Inode) => boolean,
): FoundGap[] {
  const files = [...nodesBeneath(root)].filter((n) => n.kind === 'file' && hasUnseenNames(n.inode));
  if (files.length === 0) return [];
  const elsewhere = HELD.filter((name) => [...nodesBeneath(root)].some((n) => allowsInRegion(n, name)));
  return files.flatMap((node) => {
    const actions = difference(maskOf(...elsewhere), node.allowed);
    return actions === 0
      ? []
      : [
          gapOn(
            policy,
            maps,
            node,
            HELD.filter((name) => hasAction(actions, actionBit(name))),
          ),
        ];
  });
}

function allowsInRegion(node: ObjectNode, name: ActionName): boolean {
  return node.kind === 'dir' && hasAction(allOf(node.below), actionBit(name));
}

function gapOn(
  policy: CheckedPolicy,
  maps: readonly MapOnTree[],
  node: ObjectNode,
  names: readonly ActionName[],
): FoundGap {
  const [first = 'read'] = names;
  const denying = node.self.flatMap((mask, i) => (hasAction(mask, actionBit(first)) ? [] : [i]));
  const [layer = 0] = denying;
  const standings = maps.map(({ places }) => {
    let at: ObjectNode = node;
    while (!places.has(at.inode.ino) && at.parent !== undefined) at = at.parent;
    const place = places.get(at.inode.ino);
    return place === undefined
      ? undefined
      : { place, level: at === node ? ('self' as const) : ('below' as const) };
  });
  return {
    direction: 'looser',
    layers: denying.map((i) => policy.layers[i]?.name ?? ''),
    actions: maskOf(...names),
    cause: 'mask-is-by-name',
    witness: {
      path: node.path,
      call: `open(another name of ${JSON.stringify(node.path)})`,
      outcome: 'succeeds',
    },
    decider: deciderOf(
      { policy, maps },
      layer,
      standings.flatMap((s) => (s === undefined ? [] : [s])),
      first,
    ),
    when: 'hard-link',
  };
}
