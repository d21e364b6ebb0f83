/**
 * The tree of one file system: inodes and the names that lead to them, without hooks and tasks.
 *
 * Invariants: inode numbers are dense, positive and never reused, so a number identifies an inode. A directory has one name
 * and one parent; the root is its own parent. `generation` changes whenever a name or a mount changes, so a resolved path is
 * valid while `generation` is the same.
 */
import { assert, assertNever } from '../../base/assert.js';

export type InodeKind = 'dir' | 'file' | 'symlink' | 'fifo' | 'device';

/** An inode. It is one class for all kinds and not a union, so that the walk loop sees one object shape. */
export class Inode {
  /** Number of names; for a directory 1, or 0 after it is removed. */
  nlink = 0;
  /** Number of open files, working and root directories that hold this inode. While it is not 0, the tags live. */
  holds = 0;
  /** Number of mounts whose mount point is this inode. */
  mountedOn = 0;
  /** For a directory: its parent. It stays set when the directory is removed, as on Linux. */
  parent: Inode | undefined = undefined;
  /** For a directory: name → inode, in the order of creation. */
  readonly entries: Map<string, Inode> | undefined;
  /** For a symbolic link: its target; else ''. */
  readonly target: string;
  /** For a regular file: the path of its `#!` or ELF interpreter, which is executed together with it. */
  interpreter: string | undefined = undefined;
  /** True if its mode is 000: no task may read, write, execute or search it. Only masks of a confinement are made so. */
  sealed = false;

  constructor(
    readonly ino: number,
    readonly kind: InodeKind,
    target: string,
    entries?: Map<string, Inode>,
  ) {
    this.entries = kind === 'dir' ? (entries ?? new Map<string, Inode>()) : undefined;
    this.target = target;
  }
}

export interface Mount {
  readonly id: number;
  /** The inode that is visible at the mount point. */
  readonly root: Inode;
  /** The mount that the mount point is in; undefined for the root mount. */
  parent: Mount | undefined;
  point: Inode | undefined;
  pointParent: Inode | undefined;
  pointName: string;
  /** Mounts on inodes of this mount, by the inode number of the mount point. */
  readonly mounted: Map<number, Mount>;
  /** A mount on another name of the file that is the mount point. */
  sibling: Mount | undefined;
}

/** An inode and the mount that shows it. */
export interface Location {
  readonly mount: Mount;
  readonly inode: Inode;
}

/** A path, split into components. */
export interface ParsedPath {
  readonly absolute: boolean;
  readonly parts: readonly string[];
  /** True if a slash follows the last component. */
  readonly trailing: boolean;
}

/** A part of a lazy tree that cannot be read: whether an object is there is not known. */
export class UnreadableError extends Error {
  /** `why`: the code of the system's error, such as `EACCES`, or a text. */
  constructor(
    readonly path: string,
    readonly why: string,
  ) {
    super(`${path}: ${why}`);
  }
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
      /** The inode that had the name `fromName`. */
      readonly inode: Inode;
    };

export class Vfs {
  /** By inode number; undefined for an inode that was freed. */
  readonly inodes: (Inode | undefined)[] = [undefined];
  generation = 1;
  readonly root: Inode;
  /** The mount that shows the root. `pivot_root` changes it. */
  rootMount: Mount;
  /** All mounts. */
  readonly mounts: Mount[] = [];
  nextMount = 1;
  /** Split paths, cached by the path walk. */
  readonly parsed = new Map<string, ParsedPath>();
  /** Called after every change of names. */
  changed: ((change: TreeChange) => void) | undefined = undefined;

  /** True if the tree is read when it is asked for, so that nobody should ask for all of it. */
  readonly isLazy: boolean;

  /** `entries`: those of the root, for a lazy tree. */
  constructor(entries?: Map<string, Inode>) {
    this.isLazy = entries !== undefined;
    this.root = newInode(this, 'dir', '', entries);
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
      sibling: undefined,
    };
    this.mounts.push(this.rootMount);
  }
}

/** Returns a new inode without a name. `entries`: those of a directory; without them it is empty. */
export function newInode(vfs: Vfs, kind: InodeKind, target = '', entries?: Map<string, Inode>): Inode {
  const inode = new Inode(vfs.inodes.length, kind, target, entries);
  vfs.inodes.push(inode);
  return inode;
}

/** Returns the entries of a directory; an empty map for every other inode. */
export function entries(inode: Inode): ReadonlyMap<string, Inode> {
  return inode.entries ?? NO_ENTRIES;
}
const NO_ENTRIES: ReadonlyMap<string, Inode> = new Map();

export function kindOf(inode: Inode): InodeKind {
  return inode.kind;
}

/** Adds a name for an inode. A directory must not have a name yet. */
export function addEntry(vfs: Vfs, dir: Inode, name: string, inode: Inode): void {
  assert(dir.entries !== undefined && !dir.entries.has(name), `the directory has room for ${name}`);
  dir.entries.set(name, inode);
  inode.nlink++;
  if (inode.kind === 'dir') inode.parent = dir;
  vfs.generation++;
  vfs.changed?.({ kind: 'added', dir, name, inode });
}

/** Removes a name. The inode stays while it has another name or a holder. */
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

/** Moves a name to another, free name. */
export function moveEntry(vfs: Vfs, from: Inode, fromName: string, to: Inode, toName: string): void {
  const inode = from.entries?.get(fromName);
  assert(inode !== undefined && to.entries?.has(toName) === false, `${fromName} can move to ${toName}`);
  from.entries?.delete(fromName);
  to.entries?.set(toName, inode);
  if (inode.kind === 'dir') inode.parent = to;
  vfs.generation++;
  vfs.changed?.({ kind: 'moved', from, fromName, to, toName, inode });
}

/** Exchanges the inodes of two names. */
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

/** Undoes a change. An inode that was freed is restored with its number. */
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

/** Frees an inode without a name, a holder and a mount. Its number is not reused. */
export function freeIfUnused(vfs: Vfs, inode: Inode): void {
  if (inode.nlink > 0 || inode.holds > 0 || vfs.mounts.some((m) => m.root === inode)) return;
  vfs.inodes[inode.ino] = undefined;
}

/** Returns whether `ancestor` is `inode` or a directory above it in the tree. Mounts are ignored. */
export function isWithin(inode: Inode, ancestor: Inode): boolean {
  for (let at = inode; ;) {
    if (at === ancestor) return true;
    const up = at.parent;
    if (up === undefined || up === at) return false;
    at = up;
  }
}
