/**
 * Tags: one u64 per inode and chain, kept while an open file, a working or a root directory holds the inode.
 * Inode numbers are dense, so the table is an array. Most inodes have no tag, and then a look-up is one array read.
 */
import type { MirroredTags, TagMirror } from '../engine/types.js';
import { ERRNO } from './errno.js';
import { freeIfUnused, type Inode, type Vfs } from './vfs.js';

interface Tag {
  readonly chain: number;
  lo: number;
  hi: number;
}

export class Tags implements MirroredTags {
  tagHi = 0;
  /** Incremented whenever a tag changes. */
  version = 0;
  private mirror: TagMirror | undefined = undefined;
  private readonly lists: (Tag[] | undefined)[] = [];

  constructor(private readonly vfs: Vfs) {}

  getTag(inode: number, chain: number): number {
    this.tagHi = 0;
    const list = this.lists[inode];
    if (list === undefined) return 0;
    for (const tag of list) {
      if (tag.chain !== chain) continue;
      this.tagHi = tag.hi;
      return tag.lo;
    }
    return 0;
  }

  /** Sets a tag; a value of 0 removes it. Returns −ENOENT for an inode that nothing holds, else 0. */
  setTag(inode: number, chain: number, lo: number, hi: number): number {
    const holds = this.vfs.inodes[inode]?.holds ?? 0;
    if (holds === 0) return -ERRNO.ENOENT;
    const old = this.lists[inode]?.find((tag) => tag.chain === chain);
    if ((old?.lo ?? 0) === (lo | 0) && (old?.hi ?? 0) === (hi | 0)) return 0;
    this.version++;
    const list = this.lists[inode]?.filter((tag) => tag !== old) ?? [];
    if ((lo | hi) !== 0) list.push({ chain, lo: lo | 0, hi: hi | 0 });
    this.lists[inode] = list.length === 0 ? undefined : list;
    if ((lo | hi) !== 0) this.mirror?.put(inode, chain, lo, hi);
    else this.mirror?.remove(inode, chain);
    return 0;
  }

  /** Returns the number of tags of an inode. */
  count(inode: number): number {
    return this.lists[inode]?.length ?? 0;
  }

  drop(inode: number): void {
    const list = this.lists[inode];
    if (list === undefined) return;
    this.version++;
    this.lists[inode] = undefined;
    if (this.mirror !== undefined) for (const { chain } of list) this.mirror.remove(inode, chain);
  }

  mirrorTo(mirror: TagMirror): void {
    this.mirror = mirror;
    for (const [inode, list] of this.lists.entries())
      for (const { chain, lo, hi } of list ?? []) mirror.put(inode, chain, lo, hi);
  }
}

/** Adds a holder to an inode. Its tags live until the last holder calls `release`. */
export function hold(inode: Inode): void {
  inode.holds++;
}

/** Removes a holder. The last one drops the tags of the inode, and the inode itself if it has no name. */
export function release(vfs: Vfs, tags: Tags, inode: Inode): void {
  if (--inode.holds > 0) return;
  tags.drop(inode.ino);
  if (inode.nlink === 0) freeIfUnused(vfs, inode);
}
