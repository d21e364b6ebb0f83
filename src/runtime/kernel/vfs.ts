/**
 * The tree of one file system: inodes and the names that lead to them. No hooks and no tasks here.
 *
 * Invariants: inode numbers are dense, positive and never used twice, so a number is an identity; a directory has
 * one name and one parent (the root is its own); `generation` changes whenever a name, a link target's inode or
 * a mount changes, so that a resolved path may be kept as long as it has not.
 */
import { assert, assertNever } from '../../base/assert.js';

export type InodeKind = 'dir' | 'file' | 'symlink' | 'fifo' | 'device';

/** One class for all kinds, not a union: the walk loop reads inodes and must see a single shape. */
export class Inode {
  /** Names that lead here; for a directory 1, or 0 once it is removed. */
  nlink = 0;
  /** Open files, working and root directories that hold this inode: what keeps its tags. */
  holds = 0;
  /** Mounts whose mount point this inode is. */
  mountedOn = 0;
  /** Of a directory: the directory that holds its name. Stays when the directory is removed, as on Linux. */
  parent: Inode | undefined = undefined;
  /** Of a directory: name → inode, in the order of creation. */
  readonly entries: Map<string, Inode> | undefined;
  /** Of a symbolic link. */
  readonly target: string;
  /** Of a regular file: what executing it executes too (the `#!` or ELF interpreter), a path. */
  interpreter: string | undefined = undefined;

  constructor(
    readonly ino: number,
    readonly kind: InodeKind,
    target: string,
  ) {
    this.entries = kind === 'dir' ? new Map<string, Inode>() : undefined;
    this.target = target;
  }
}

export interface Mount {
  readonly id: number;
  /** What is seen at the mount point. */
  readonly root: Inode;
  /** The mount that the mount point is in; undefined for the root mount. */
  parent: Mount | undefined;
  point: Inode | undefined;
  pointParent: Inode | undefined;
  pointName: string;
  /** Mounts on inodes of this mount, by the inode number of the mount point. */
  readonly mounted: Map<number, Mount>;
}

/** A place in the tree as a task sees it. */
export interface Location {
  readonly mount: Mount;
  readonly inode: Inode;
}

/** A path cut into components. */
export interface ParsedPath {
  readonly absolute: boolean;
  readonly parts: readonly string[];
  /** Whether a slash follows the last component. */
  readonly trailing: boolean;
}

/** One change of names. */
export type TreeChange =
  | { readonly kind: 'added' | 'removed'; readonly dir: Inode; readonly name: string; readonly inode: Inode }
  | {
      readonly kind: 'moved' | 'swapped';
      readonly from: Inode;
      readonly fromName: string;
      readonly to: Inode;
      readonly toName: string;
      /** What was `fromName`. */
      readonly inode: Inode;
    };

export class Vfs {
  /** By inode number; undefined when it is gone. */
  readonly inodes: (Inode | undefined)[] = [undefined];
  generation = 1;
  readonly root: Inode;
  /** The mount that the tree's root is seen through, until `pivot_root` makes it another. */
  rootMount: Mount;
  /** All mounts but those that nothing is attached to. */
  readonly mounts: Mount[] = [];
  nextMount = 1;
  /** Paths cut into components, kept by the path walk. */
  readonly parsed = new Map<string, ParsedPath>();
  /** Told of every change of names, after it. */
  changed: ((change: TreeChange) => void) | undefined = undefined;

  constructor() {
    this.root = newInode(this, 'dir');
    this.root.nlink = 1;
    this.root.parent = this.root;
    this.rootMount = {
      id: this.nextMount++,
      root: this.root,
      parent: undefined,
      point: undefined,
      pointParent: undefined,
      pointName: '',
      mounted: new Map(),
    };
    this.mounts.push(this.rootMount);
  }
}

/** A new inode that no name leads to yet. */
export function newInode(vfs: Vfs, kind: InodeKind, target = ''): Inode {
  const inode = new Inode(vfs.inodes.length, kind, target);
  vfs.inodes.push(inode);
  return inode;
}

/** The entries of a directory; empty for every other inode. */
export function entries(inode: Inode): ReadonlyMap<string, Inode> {
  return inode.entries ?? NO_ENTRIES;
}
const NO_ENTRIES: ReadonlyMap<string, Inode> = new Map();

export function kindOf(inode: Inode): InodeKind {
  return inode.kind;
}

/** Gives `inode` one more name. A directory must have none yet. */
export function addEntry(vfs: Vfs, dir: Inode, name: string, inode: Inode): void {
  assert(dir.entries !== undefined && !dir.entries.has(name), `the directory has room for ${name}`);
  dir.entries.set(name, inode);
  inode.nlink++;
  if (inode.kind === 'dir') inode.parent = dir;
  vfs.generation++;
  vfs.changed?.({ kind: 'added', dir, name, inode });
}

/** Takes a name away; the inode lives on while another name or a holder is left. */
export function removeEntry(vfs: Vfs, dir: Inode, name: string): Inode {
  const inode = dir.entries?.get(name);
  assert(inode !== undefined, `the directory has ${name}`);
  dir.entries?.delete(name);
  inode.nlink--;
  vfs.generation++;
  vfs.changed?.({ kind: 'removed', dir, name, inode });
  freeIfUnused(vfs, inode);
  return inode;
}

/** Moves a name to another place that is free. */
export function moveEntry(vfs: Vfs, from: Inode, fromName: string, to: Inode, toName: string): void {
  const inode = from.entries?.get(fromName);
  assert(inode !== undefined && to.entries?.has(toName) === false, `${fromName} can move to ${toName}`);
  from.entries?.delete(fromName);
  to.entries?.set(toName, inode);
  if (inode.kind === 'dir') inode.parent = to;
  vfs.generation++;
  vfs.changed?.({ kind: 'moved', from, fromName, to, toName, inode });
}

/** Lets two names change places. */
export function swapEntries(vfs: Vfs, a: Inode, aName: string, b: Inode, bName: string): void {
  const [first, second] = [a.entries?.get(aName), b.entries?.get(bName)];
  assert(first !== undefined && second !== undefined, `${aName} and ${bName} are there`);
  a.entries?.set(aName, second);
  b.entries?.set(bName, first);
  if (second.kind === 'dir') second.parent = a;
  if (first.kind === 'dir') first.parent = b;
  vfs.generation++;
  vfs.changed?.({ kind: 'swapped', from: a, fromName: aName, to: b, toName: bName, inode: first });
}

/** Takes a change back. What had no name any more is there again, under its number. */
export function undoChange(vfs: Vfs, change: TreeChange): void {
  switch (change.kind) {
    case 'added':
      removeEntry(vfs, change.dir, change.name);
      return;
    case 'removed':
      vfs.inodes[change.inode.ino] = change.inode;
      return addEntry(vfs, change.dir, change.name, change.inode);
    case 'moved':
      return moveEntry(vfs, change.to, change.toName, change.from, change.fromName);
    case 'swapped':
      return swapEntries(vfs, change.to, change.toName, change.from, change.fromName);
    default:
      return assertNever(change);
  }
}

/** Forgets an inode that neither a name nor a holder nor a mount keeps. Its number is not used again. */
export function freeIfUnused(vfs: Vfs, inode: Inode): void {
  if (inode.nlink > 0 || inode.holds > 0 || vfs.mounts.some((m) => m.root === inode)) return;
  vfs.inodes[inode.ino] = undefined;
}

/** Whether `ancestor` is `inode` or a directory above it, in the tree (mounts apart). */
export function isWithin(inode: Inode, ancestor: Inode): boolean {
  for (let at = inode; ;) {
    if (at === ancestor) return true;
    const up = at.parent;
    if (up === undefined || up === at) return false;
    at = up;
  }
}
