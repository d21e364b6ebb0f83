/**
 * Decides the assertions of a manifest on the tree that it is loaded on. The compiler has decided them for all paths, but on a
 * tree, links and mounts can bring scopes together, and objects of scopes can be absent.
 *
 * Input: the grounded maps and the tree. Output: an error that names an object for each assertion that does not hold. An
 * asserted path is resolved like the path of a scope. Beneath an `under`, every object of the tree is checked, and for every
 * directory the objects that can be created there later. If the path does not exist, the loader warns when creating it would
 * break the assertion.
 */
import {
  ALL_ACTIONS,
  actionName,
  actionsAskedOf,
  difference,
  intersection,
  lowestBit,
  maskOf,
  type ActionMask,
  type ActionBit,
} from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { Manifest, ManifestAssertion } from '../../artifact/manifest.js';
import type { Vfs } from '../kernel/vfs.js';
import { judgeGains } from './gains.js';
import { problemOf, withReasons, type LoadProblem } from './problems.js';
import { literalNames } from '../../semantics/pattern.js';
import { resolveLiteral, resolvePattern, type PhysicalPath } from './resolve.js';
import * as tree from './standing.js';
import type { MapOnTree, Standing, Standpoint } from './standing.js';

type PlaceAssertion = ManifestAssertion & { readonly kind: 'place' };

/** Returns errors for broken assertions, and warnings for assertions that new objects would break. `maps`: by name. */
export function judgeAssertions(
  manifest: Manifest,
  maps: ReadonlyMap<string, MapOnTree>,
  vfs: Vfs,
): LoadProblem[] {
  return (manifest.assertions ?? []).flatMap((assertion) => {
    const about = assertion.maps.flatMap((name) => maps.get(name) ?? []);
    switch (assertion.kind) {
      case 'place':
        return checkPlace(manifest, assertion, about, vfs);
      case 'gains':
        return judgeGains(manifest, assertion, about, vfs);
      default:
        return assertNever(assertion);
    }
  });
}

interface BreachOnTree {
  /** The object as text, for the message. */
  readonly object: string;
  readonly action: ActionBit;
  readonly standings: readonly Standing[];
}

function checkPlace(
  manifest: Manifest,
  assertion: PlaceAssertion,
  maps: readonly MapOnTree[],
  vfs: Vfs,
): LoadProblem[] {
  const found = findObjects(vfs, assertion);
  if (found.length === 0) return absent(manifest, assertion, maps, vfs);
  const breach = findBreach(
    assertion,
    maps,
    found.map((path) => tree.standpointOf(maps, path)),
    vfs,
  );
  if (breach === undefined) return [];
  const { object, action, standings } = breach;
  const verdict = verdictOf(assertion);
  const problem = problemOf('LLP5014', { action: actionName(action), verdict, object }, HELP, [
    problemOf.place(manifest, assertion.span, 'asserted here'),
  ]);
  return [withReasons(problem, manifest, tree.reasonsFor(maps, standings, action, verdict), verdict)];
}

const HELP = 'let the links and mounts of this tree lead elsewhere, or change the rule or the assertion';

function verdictOf({ claim }: PlaceAssertion): 'allowed' | 'denied' {
  return claim === 'never' ? 'allowed' : 'denied';
}

function findObjects(vfs: Vfs, { components }: PlaceAssertion): PhysicalPath[] {
  const names = literalNames(components);
  if (names !== undefined) {
    const result = resolveLiteral(vfs, names);
    return result.kind === 'found' ? [result.path] : [];
  }
  return [...resolvePattern(vfs, components, 'dir'), ...resolvePattern(vfs, components, 'file')];
}

/** Returns the first breach. The search is breadth first from the asserted objects, so that its path is a shortest one. */
function findBreach(
  assertion: PlaceAssertion,
  maps: readonly MapOnTree[],
  objects: readonly Standpoint[],
  vfs: Vfs,
): BreachOnTree | undefined {
  const queue = [...objects];
  for (const at of queue) {
    const isDirectory = at.location.inode.kind === 'dir';
    const here = wrongAt(assertion, maps, at.standings, actionsAskedOf(isDirectory ? 'dir' : 'file'));
    if (here !== undefined) return { object: `\`${at.path}\``, action: here, standings: at.standings };
    if (assertion.reach === 'at' || !isDirectory) continue;
    const region = tree.regionOf(at);
    const later = wrongAt(assertion, maps, region, ALL_ACTIONS);
    if (later !== undefined)
      return { object: `what appears in \`${at.path}\``, action: later, standings: region };
    queue.push(...tree.judgedIn(maps, at, vfs));
  }
  return undefined;
}

/** Returns the first action that breaks the assertion, or undefined. */
function wrongAt(
  { claim, actions }: PlaceAssertion,
  maps: readonly MapOnTree[],
  standings: readonly Standing[],
  asked: ActionMask,
): ActionBit | undefined {
  const allowed = tree.allowedOn(maps, standings);
  const relevant = intersection(maskOf(...actions), asked);
  const wrong = claim === 'never' ? intersection(relevant, allowed) : difference(relevant, allowed);
  return wrong === 0 ? undefined : lowestBit(wrong);
}

/** Warns if a new object at an absent path would break the assertion: it would have the rules of its directory. */
function absent(
  manifest: Manifest,
  assertion: PlaceAssertion,
  maps: readonly MapOnTree[],
  vfs: Vfs,
): LoadProblem[] {
  const names = literalNames(assertion.components);
  if (names === undefined) return [];
  const above = nearestAbove(vfs, names);
  if (above.at(-1)?.inode.kind !== 'dir') return [];
  const region = tree.regionOf(tree.standpointOf(maps, above));
  const action = wrongAt(assertion, maps, region, ALL_ACTIONS);
  if (action === undefined) return [];
  const verdict = verdictOf(assertion);
  const params = { path: assertion.path, action: actionName(action), verdict };
  const problem = problemOf('LLP5015', params, 'make it before the policy is loaded', [
    problemOf.place(manifest, assertion.span, 'asserted here'),
  ]);
  return [withReasons(problem, manifest, tree.reasonsFor(maps, region, action, verdict), verdict)];
}

function nearestAbove(vfs: Vfs, names: readonly string[]): PhysicalPath {
  for (let length = names.length - 1; length > 0; length--) {
    const result = resolveLiteral(vfs, names.slice(0, length));
    if (result.kind === 'found') return result.path;
  }
  const root = resolveLiteral(vfs, []);
  return root.kind === 'found' ? root.path : [];
}
