/**
 * Grounds a map of a manifest on a file system: finds every object that a scope names and every directory above one, with
 * the state that the programs will find for it.
 *
 * Input: the entries of the map and the tree. Output: inode → state, with the scopes behind it; or all faults, and then no map.
 * Invariant: for every directory in the map, the directory that `..` leads to is in the map too, for each mount that shows
 * it. So a program always knows the state after a step upwards out of the map.
 */
import { defined } from '../../base/assert.js';
import type { InodeMap, ManifestEffects, MapEntry } from '../../artifact/manifest.js';
import { comparePatterns, generalToSpecific, literalNames } from '../../semantics/pattern.js';
import {
  applyScopes,
  disagreement,
  type Applied,
  type Carried,
  type Effects,
  type ScopeEffects,
} from '../../semantics/scope.js';
import { crossDown, parentOf, rootLocation, type Location } from '../kernel/mounts.js';
import { isWithin, UnreadableError, type Inode, type Vfs } from '../kernel/vfs.js';
import {
  isKind,
  resolveLiteral,
  resolvePattern,
  rootPath,
  type NamedLocation,
  type PhysicalPath,
} from './resolve.js';

/** An object of the map. Its masks have one bit for each class with a bit in the state. */
export interface MapPlace extends Applied<number> {
  readonly inode: Inode;
  /** The place above on the physical path; undefined for the root. */
  readonly parent: MapPlace | undefined;
  /** Last component of the physical path; empty for the root. */
  readonly name: string;
  /** The scopes that name the object, general to specific. */
  readonly entries: readonly MapEntry[];
}

export type LoadFault =
  | { readonly kind: 'absent'; readonly entry: MapEntry; readonly why: string }
  | { readonly kind: 'wrong-kind'; readonly entry: MapEntry }
  /** A directory on the way, or the object, cannot be read. So it is not known whether the object is there. */
  | { readonly kind: 'unreadable'; readonly entry: MapEntry; readonly path: string; readonly why: string }
  /** Two scopes name the same object and disagree about these classes. */
  | {
      readonly kind: 'disagree';
      readonly first: MapEntry;
      readonly second: MapEntry;
      readonly path: string;
      readonly classes: number;
    }
  /** The same object is at two paths whose scopes give it different rights. */
  | {
      readonly kind: 'two-places';
      readonly first: string;
      readonly second: string;
      readonly entry: MapEntry | undefined;
    };

/** A grounded map. `unmatched`: required globs that match no object, which is a warning. */
export interface Grounded {
  readonly places: ReadonlyMap<number, MapPlace>;
  readonly unmatched: readonly MapEntry[];
}

export type GroundResult =
  ({ readonly kind: 'ok' } & Grounded) | { readonly kind: 'refused'; readonly faults: readonly LoadFault[] };

export function ground(map: InodeMap, vfs: Vfs): GroundResult {
  const faults: LoadFault[] = [];
  const unmatched: MapEntry[] = [];
  const found: PhysicalPath[] = [rootPath(vfs)];
  const named = new Map<Inode, MapEntry[]>();
  for (const entry of map.entries) {
    for (const path of find(vfs, entry, faults, unmatched)) {
      found.push(path);
      const inode = (path.at(-1) as Location).inode;
      const entries = named.get(inode);
      if (entries === undefined) named.set(inode, [entry]);
      else if (!entries.includes(entry)) entries.push(entry);
    }
  }
  if (faults.length > 0) return { kind: 'refused', faults };
  const ledger: Ledger = {
    map,
    effects: effectsOf(map),
    named,
    root: undefined,
    byInode: new Map(),
    fresh: [],
    faults,
  };
  found.forEach((path) => addPath(ledger, path));
  if (vfs.mounts.length > 1) closeUpwards(ledger, vfs);
  checkDisagreements(ledger);
  if (faults.length > 0) return { kind: 'refused', faults };
  const places = new Map([...ledger.byInode].map(([inode, node]) => [inode.ino, node.place] as const));
  return { kind: 'ok', places, unmatched };
}

/** Returns the objects that one entry names. An object that is missing or cannot be read is added to `faults` or `unmatched`. */
function find(
  vfs: Vfs,
  entry: MapEntry,
  faults: LoadFault[],
  unmatched: MapEntry[],
): readonly PhysicalPath[] {
  try {
    return findReadable(vfs, entry, faults, unmatched);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    faults.push({ kind: 'unreadable', entry, path: error.path, why: error.why });
    return [];
  }
}

function findReadable(
  vfs: Vfs,
  entry: MapEntry,
  faults: LoadFault[],
  unmatched: MapEntry[],
): readonly PhysicalPath[] {
  const names = literalNames(entry.components);
  if (names === undefined) {
    const all = resolvePattern(vfs, entry.components, entry.object);
    if (all.length === 0 && !mayFindNothing(vfs, entry)) unmatched.push(entry);
    return all;
  }
  const result = resolveLiteral(vfs, names);
  if (result.kind === 'found') {
    if (isKind(result.path, entry.object)) return [result.path];
    faults.push({ kind: 'wrong-kind', entry });
    return [];
  }
  const around = entry.within > 0 ? resolveLiteral(vfs, names.slice(0, entry.within)) : undefined;
  if (!entry.optional && around?.kind !== 'absent') faults.push({ kind: 'absent', entry, why: result.why });
  return [];
}

/** Returns whether an entry may match no object: its scope is optional, or the object of an optional scope around it is absent. */
function mayFindNothing(vfs: Vfs, { components, optional, within }: MapEntry): boolean {
  if (optional) return true;
  return within > 0 && resolvePattern(vfs, components.slice(0, within), 'dir').length === 0;
}

/** A place and its known children. Children are found by mount and inode, so two paths to one location share a node. */
interface Node {
  readonly location: Location;
  readonly place: MapPlace;
  readonly children: Map<Inode, Node[]>;
}

interface Ledger {
  readonly map: InodeMap;
  readonly effects: ReadonlyMap<MapEntry, ScopeEffects<number>>;
  readonly named: ReadonlyMap<Inode, MapEntry[]>;
  root: Node | undefined;
  readonly byInode: Map<Inode, Node>;
  /** Nodes whose parent directories are not added yet. */
  readonly fresh: Node[];
  readonly faults: LoadFault[];
}

function addPath(ledger: Ledger, path: PhysicalPath): void {
  const [root, ...rest] = path;
  if (root === undefined) return;
  ledger.root ??= makeNode(ledger, undefined, root);
  let node = ledger.root;
  for (const location of rest) {
    const siblings = node.children.get(location.inode);
    let next = siblings?.find((n) => n.location.mount === location.mount);
    if (next === undefined) {
      next = makeNode(ledger, node, location);
      if (siblings === undefined) node.children.set(location.inode, [next]);
      else siblings.push(next);
    }
    node = next;
  }
}

function makeNode(ledger: Ledger, parent: Node | undefined, location: NamedLocation): Node {
  const { inode, name } = location;
  const before = parent?.place ?? initial(ledger.map);
  const entries = ledger.named.get(inode) ?? [];
  entries.sort((a, b) => generalToSpecific(a.components, b.components));
  const place: MapPlace = {
    inode,
    parent: parent?.place,
    name,
    entries,
    ...applyScopes(
      before,
      entries.map((entry) => effectsAt(ledger, entry)),
    ),
  };
  const node: Node = { location, place, children: new Map() };
  const known = ledger.byInode.get(inode);
  if (known === undefined) {
    ledger.byInode.set(inode, node);
    ledger.fresh.push(node);
  } else if (known.place.self !== place.self || known.place.below !== place.below) {
    ledger.faults.push({
      kind: 'two-places',
      first: pathOf(known.place),
      second: pathOf(place),
      entry: entries[0],
    });
  }
  return node;
}

/** Returns the name under which a directory shows an object; undefined when a mount hides it there. */
function nameOf(dir: Location, at: Location): string | undefined {
  let { mount, inode } = at;
  while (inode === mount.root && mount.parent !== undefined && mount.point !== undefined) {
    inode = mount.point;
    mount = mount.parent;
  }
  const seen = crossDown({ mount, inode });
  if (mount !== dir.mount || seen.mount !== at.mount || seen.inode !== at.inode) return undefined;
  for (const [name, entry] of dir.inode.entries ?? []) if (entry === inode) return name;
  return undefined;
}

/** Returns the physical path of a place as text. */
export function pathOf(place: MapPlace): string {
  const names: string[] = [];
  for (let at: MapPlace | undefined = place; at?.parent !== undefined; at = at.parent) names.push(at.name);
  return '/' + names.reverse().join('/');
}

/** Returns the rights before any scope applies, for classes with a bit. */
export function initial(map: InodeMap): Carried<number> {
  let allowed = 0;
  for (const { actions, decision } of map.classes) {
    if (decision.kind === 'bit' && (map.default === 'allow' || actions.includes('walk')))
      allowed |= 1 << decision.bit;
  }
  return { allowed, forbidden: 0 };
}

/** Returns the effects of every entry, in the bits of classes. */
function effectsOf({ classes, entries }: InodeMap): Map<MapEntry, ScopeEffects<number>> {
  const bits = (indices: readonly number[]): number =>
    indices.reduce((sum, index) => {
      const decision = classes[index]?.decision;
      return decision?.kind === 'bit' ? sum | (1 << decision.bit) : sum;
    }, 0);
  const effects = ({ allow, deny, forbid }: ManifestEffects): Effects<number> => ({
    allow: bits(allow),
    deny: bits(deny),
    forbid: bits(forbid),
  });
  return new Map(entries.map((e) => [e, { region: effects(e.region), self: effects(e.self) }]));
}

function effectsAt({ effects }: Ledger, entry: MapEntry): ScopeEffects<number> {
  return defined(effects.get(entry), 'an entry of the map');
}

/** Adds the parents of each mapped directory at every path that shows it, until nothing is new. */
function closeUpwards(ledger: Ledger, vfs: Vfs): void {
  const root = rootLocation(vfs);
  for (let node = ledger.fresh.pop(); node !== undefined; node = ledger.fresh.pop()) {
    const { inode } = node.location;
    if (inode.kind !== 'dir') continue;
    for (const mount of vfs.mounts) {
      // The path through the location's own mount is already there.
      if (mount === node.location.mount || !isWithin(inode, mount.root)) continue;
      const path = pathUp({ mount, inode }, root);
      if (path !== undefined) addPath(ledger, path.slice(0, -1));
    }
  }
}

/** Returns the physical path of a directory; undefined when no walk from the root can reach it. */
function pathUp(at: Location, root: Location): PhysicalPath | undefined {
  const path: NamedLocation[] = [];
  let here = at;
  while (here.inode !== root.inode || here.mount !== root.mount) {
    const up = parentOf(here, root);
    const name = up === undefined ? undefined : nameOf(up, here);
    if (up === undefined || name === undefined) return undefined;
    path.push({ ...here, name });
    here = up;
  }
  return [{ ...root, name: '' }, ...path.reverse()];
}

/** Reports scopes of one object that have no order and disagree, on the region or on the object. */
function checkDisagreements(ledger: Ledger): void {
  for (const [inode, { place }] of ledger.byInode) {
    const entries = ledger.named.get(inode) ?? [];
    for (const [i, first] of entries.entries()) {
      for (const second of entries.slice(i + 1)) {
        if (comparePatterns(first.components, second.components) !== undefined) continue;
        const classes = disagreement(effectsAt(ledger, first), effectsAt(ledger, second));
        if (classes !== 0)
          ledger.faults.push({ kind: 'disagree', first, second, path: pathOf(place), classes });
      }
    }
  }
}
