/**
 * Builds trees from entries: those of a policy's `given`, of a snapshot or of an archive. An entry that cannot be made is
 * returned as a problem, and the other entries are still made.
 */
import type { Errno } from './errno.js';
import { attachMount, rootLocation } from './mounts.js';
import { MODE, walkPath, type Walk } from './namei.js';
import { nameTooLong } from './names.js';
import { addEntry, newInode, removeEntry, Vfs, type Inode, type InodeKind, type Location } from './vfs.js';

/** One entry of a tree. Paths are absolute. The `target` of a link is any text; the others are paths in the tree. */
export type TreeEntry =
  | { readonly kind: 'dir' | 'fifo' | 'device'; readonly path: string }
  /** `interpreter`: the path of the file that is executed together with this one. */
  | { readonly kind: 'file'; readonly path: string; readonly interpreter?: string }
  | { readonly kind: 'link' | 'hardlink' | 'bind'; readonly path: string; readonly target: string };

export interface TreeProblem {
  readonly path: string;
  /** For people: lower case, no final period. */
  readonly problem: string;
}

export interface BuiltTree {
  readonly vfs: Vfs;
  readonly problems: readonly TreeProblem[];
}

/** Builds a new tree from entries, in order. */
export function buildTree(entries: Iterable<TreeEntry>): BuiltTree {
  const vfs = new Vfs();
  const problems: TreeProblem[] = [];
  for (const entry of entries) {
    const problem = addToTree(vfs, entry);
    if (problem !== undefined) problems.push({ path: entry.path, problem });
  }
  return { vfs, problems };
}

/**
 * Adds one entry and its missing parent directories. Returns a problem, or undefined. Links in the path are followed, except
 * the last component. An existing object of the same kind stays; one of another kind is a problem, unless `replace` is set
 * and the new entry replaces it (in an archive the last entry wins).
 */
export function addToTree(vfs: Vfs, entry: TreeEntry, replace = false): string | undefined {
  const place = placeFor(vfs, entry.path);
  if (!place.ok) return describe(place.errno);
  const { walk } = place;
  if (walk.last !== 'name') return entry.kind === 'dir' ? undefined : 'is a directory';
  if (nameTooLong(walk.name)) return describe('ENAMETOOLONG');
  switch (entry.kind) {
    case 'bind':
      return addBind(vfs, entry.path, entry.target);
    case 'hardlink':
      return addHardLink(vfs, walk, entry.target, replace);
    case 'link':
      if (entry.target === '') return 'a link needs a target';
      return addNode(vfs, walk, 'symlink', replace, entry.target);
    case 'dir':
    case 'fifo':
    case 'device':
      return addNode(vfs, walk, entry.kind, replace);
    case 'file':
      return addNode(vfs, walk, 'file', replace, '', entry.interpreter);
  }
}

type WalkedPlace = { readonly ok: true; readonly walk: Walk } | { readonly ok: false; readonly errno: Errno };

/** Makes the missing parent directories of a path, and returns the walk to its entry. */
function placeFor(vfs: Vfs, path: string): WalkedPlace {
  const root = rootLocation(vfs);
  const absolute = path.startsWith('/') ? path : `/${path}`;
  const walk = walkPath(vfs, root, root, absolute, MODE.ENTRY);
  if (walk.errno === undefined) return { ok: true, walk };
  const parent = parentPath(absolute);
  if (walk.errno !== 'ENOENT' || parent === '') return { ok: false, errno: walk.errno };
  const above = placeFor(vfs, parent);
  if (!above.ok) return above;
  if (above.walk.last !== 'name' || above.walk.inode !== undefined) return { ok: false, errno: 'ENOENT' };
  if (nameTooLong(above.walk.name)) return { ok: false, errno: 'ENAMETOOLONG' };
  addEntry(vfs, above.walk.dir as Inode, above.walk.name, newInode(vfs, 'dir'));
  return placeFor(vfs, path);
}

/** Returns the path without its last component; '' when nothing is left. */
function parentPath(path: string): string {
  return path.replace(/\/+[^/]*\/*$/, '');
}

function addNode(
  vfs: Vfs,
  walk: Walk,
  kind: InodeKind,
  replace: boolean,
  target = '',
  interpreter?: string,
): string | undefined {
  const there = walk.inode;
  if (there !== undefined) {
    const same = there.kind === kind && there.target === target;
    if (same) there.interpreter = interpreter ?? there.interpreter;
    if (same && (kind === 'dir' || !replace)) return undefined;
    if (!replace) return `it is a ${there.kind} already`;
    removeTree(vfs, walk.dir as Inode, walk.name);
  }
  const inode = newInode(vfs, kind, target);
  inode.interpreter = interpreter;
  addEntry(vfs, walk.dir as Inode, walk.name, inode);
  return undefined;
}

function addHardLink(vfs: Vfs, walk: Walk, target: string, replace: boolean): string | undefined {
  const from = find(vfs, target, MODE.NOFOLLOW);
  if (from === undefined) return `the target \`${target}\` does not exist`;
  if (from.inode.kind === 'dir') return 'a directory cannot have hard links';
  if (walk.inode === from.inode) return undefined;
  if (walk.inode !== undefined && !replace) return `it is a ${walk.inode.kind} already`;
  if (walk.inode !== undefined) {
    removeTree(vfs, walk.dir as Inode, walk.name);
    if (from.inode.nlink === 0) return `the target \`${target}\` was replaced`;
  }
  addEntry(vfs, walk.dir as Inode, walk.name, from.inode);
  return undefined;
}

/** Binds `target` onto `path`. If there is no object at `path`, it makes one of the target's kind. */
function addBind(vfs: Vfs, path: string, target: string): string | undefined {
  const from = find(vfs, target, MODE.FOLLOW);
  if (from === undefined) return `the target \`${target}\` does not exist`;
  const isDir = from.inode.kind === 'dir';
  const root = rootLocation(vfs);
  let walk = walkPath(vfs, root, root, path.startsWith('/') ? path : `/${path}`, MODE.FOLLOW);
  if (walk.errno === 'ENOENT') {
    const problem = addToTree(vfs, { kind: isDir ? 'dir' : 'file', path });
    if (problem !== undefined) return problem;
    walk = walkPath(vfs, root, root, path.startsWith('/') ? path : `/${path}`, MODE.FOLLOW);
  }
  if (walk.errno !== undefined) return describe(walk.errno);
  const point = { mount: walk.mount, inode: walk.inode } as Location;
  if ((point.inode.kind === 'dir') !== isDir) return `a ${from.inode.kind} cannot be bound here`;
  if (point.mount.mounted.has(point.inode.ino)) return 'something is mounted here already';
  attachMount(vfs, from.inode, point, walk.dir, walk.name);
  return undefined;
}

function find(vfs: Vfs, path: string, mode: 0 | 1): Location | undefined {
  const root = rootLocation(vfs);
  const walk = walkPath(vfs, root, root, path.startsWith('/') ? path : `/${path}`, mode);
  const { mount, inode } = walk;
  return walk.errno === undefined && mount !== undefined && inode !== undefined
    ? { mount, inode }
    : undefined;
}

/** Removes a name, with everything beneath it. */
function removeTree(vfs: Vfs, dir: Inode, name: string): void {
  const inode = dir.entries?.get(name);
  for (const child of [...(inode?.entries?.keys() ?? [])]) removeTree(vfs, inode as Inode, child);
  removeEntry(vfs, dir, name);
}

/** Returns an errno in words, for messages about paths. */
function describe(errno: Errno): string {
  switch (errno) {
    case 'ENOENT':
      return 'a link in the path leads nowhere';
    case 'ENOTDIR':
      return 'a component of the path is not a directory';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ENAMETOOLONG':
      return 'the path or a component of it is too long';
    default:
      return errno;
  }
}
