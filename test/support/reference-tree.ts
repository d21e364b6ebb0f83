/**
 * The tree of the reference evaluator: nodes, links, hard links, bind mounts. A position is the physical path to an object,
 * so `..` is one step back. It shares no code with the kernel model.
 */

export type Entry =
  | { readonly kind: 'dir' | 'file'; readonly path: string }
  | { readonly kind: 'link' | 'hardlink' | 'bind'; readonly path: string; readonly target: string };

export interface Node {
  readonly kind: 'dir' | 'file' | 'link';
  readonly target: string;
  readonly entries: Map<string, Node>;
}

/** A node as it is seen through a mount: 0 is the tree itself, a bind has its number. */
export interface Frame {
  readonly node: Node;
  readonly mount: number;
}

/** From the root to the object. */
export type Position = readonly Frame[];

export interface Tree {
  readonly root: Node;
  /** `on` in `parent` shows `root`. */
  readonly mounts: { readonly parent: number; readonly on: Node; readonly root: Node }[];
}

export const topOf = (position: Position): Node => (position.at(-1) as Frame).node;

function newNode(kind: Node['kind'], target = ''): Node {
  return { kind, target, entries: new Map() };
}

/** Makes the entries in order; an entry that cannot be made is left out and counted. */
export function buildReferenceTree(entries: readonly Entry[]): {
  readonly tree: Tree;
  readonly left: number;
} {
  const tree: Tree = { root: newNode('dir'), mounts: [] };
  const left = entries.filter((e) => !addEntry(tree, e)).length;
  return { tree, left };
}

function addEntry(tree: Tree, entry: Entry): boolean {
  const names = entry.path.split('/').filter((n) => n !== '');
  const name = names.pop();
  let dir: Node = tree.root;
  for (const n of names) {
    const next = dir.entries.get(n) ?? newNode('dir');
    // Beneath a mount point an entry would be hidden, or made elsewhere.
    if (next.kind !== 'dir' || tree.mounts.some((m) => m.on === next)) return false;
    dir.entries.set(n, next);
    dir = next;
  }
  if (name === undefined || (dir.entries.has(name) && entry.kind !== 'bind')) return false;
  if (entry.kind === 'dir' || entry.kind === 'file') dir.entries.set(name, newNode(entry.kind));
  else if (entry.kind === 'link') dir.entries.set(name, newNode('link', entry.target));
  else if (entry.kind === 'hardlink' || entry.kind === 'bind')
    return addSecond(tree, dir, name, entry.kind, entry.target);
  return true;
}

/** A hard link of a file, or a bind mount of a directory onto one. */
function addSecond(tree: Tree, dir: Node, name: string, kind: 'hardlink' | 'bind', path: string): boolean {
  const target = path.split('/').reduce<Node | undefined>((n, c) => {
    const next = c === '' ? n : n?.entries.get(c);
    return tree.mounts.some((m) => m.on === next) ? undefined : next;
  }, tree.root);
  if (target === undefined || target.kind !== (kind === 'bind' ? 'dir' : 'file')) return false;
  if (kind === 'hardlink') {
    dir.entries.set(name, target);
    return true;
  }
  const on = dir.entries.get(name) ?? newNode('dir');
  if (on.kind !== 'dir' || tree.mounts.some((m) => m.on === on)) return false;
  dir.entries.set(name, on);
  tree.mounts.push({ parent: 0, on, root: target });
  return true;
}

export const rootPosition = (tree: Tree): Position => [{ node: tree.root, mount: 0 }];

/** The position of a name in the directory of a position; undefined when there is none. Links are not followed. */
export function enter(tree: Tree, position: Position, name: string): Position | undefined {
  const { node, mount } = position.at(-1) as Frame;
  const child = node.entries.get(name);
  if (child === undefined) return undefined;
  const bind = tree.mounts.findIndex((m) => m.parent === mount && m.on === child);
  const root = tree.mounts[bind]?.root;
  return [...position, root === undefined ? { node: child, mount } : { node: root, mount: bind + 1 }];
}

/** Every position of a directory or file that can be reached without links. */
export function allPositions(tree: Tree): Position[] {
  const all: Position[] = [rootPosition(tree)];
  for (const position of all) {
    for (const name of topOf(position).entries.keys()) {
      const next = enter(tree, position, name);
      if (next !== undefined && topOf(next).kind !== 'link') all.push(next);
    }
  }
  return all;
}

function sameObject(a: Position, b: Position): boolean {
  return topOf(a) === topOf(b) && a.at(-1)?.mount === b.at(-1)?.mount;
}

export type Errno = 'ENOENT' | 'ENOTDIR' | 'ELOOP' | 'EACCES';
export type Walked =
  { readonly kind: 'at'; readonly position: Position } | { readonly kind: 'failed'; readonly errno: Errno };

/**
 * Follows a path for a task with this root. `visit` is asked for every directory that a component is looked up in; false ends the walk with EACCES.
 */
export function walk(
  tree: Tree,
  start: Position,
  path: string,
  followLast: boolean,
  visit: (at: Position) => boolean,
  root: Position = rootPosition(tree),
): Walked {
  const failed = (errno: Errno): Walked => ({ kind: 'failed', errno });
  if (path === '') return failed('ENOENT');
  let position = path.startsWith('/') ? root : start;
  const rest = path
    .split('/')
    .filter((c) => c !== '')
    .reverse();
  const slash = path.endsWith('/');
  let links = 0;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (topOf(position).kind !== 'dir') return failed('ENOTDIR');
    if (!visit(position)) return failed('EACCES');
    if (name === '.') continue;
    if (name === '..') {
      if (position.length > 1 && !sameObject(position, root)) position = position.slice(0, -1);
      continue;
    }
    const next = enter(tree, position, name);
    if (next === undefined) return failed('ENOENT');
    const node = topOf(next);
    const last = rest.length === 0;
    if (node.kind !== 'link' || (last && !followLast && !slash)) {
      position = next;
      continue;
    }
    if (++links > 40) return failed('ELOOP');
    if (node.target.startsWith('/')) position = root;
    rest.push(
      ...node.target
        .split('/')
        .filter((c) => c !== '')
        .reverse(),
    );
  }
  return slash && topOf(position).kind !== 'dir' ? failed('ENOTDIR') : { kind: 'at', position };
}
