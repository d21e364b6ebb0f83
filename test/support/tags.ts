/** A store of tags that reports changes to a mirror. */
import type { MirroredTags, TagMirror } from '../../src/runtime/engine/types.js';

type Tag = readonly [inode: number, chain: number, lo: number, hi: number];

export interface TestTags extends MirroredTags {
  /** Value 0 deletes the tag. */
  put(...tag: Tag): void;
  /** All tags, sorted. */
  all(): readonly Tag[];
}

export function testTags(): TestTags {
  const tags = new Map<string, Tag>();
  let mirror: TagMirror | undefined;
  const self = {
    tagHi: 0,
    version: 0,
    getTag: (inode: number, chain: number) => {
      const [, , lo = 0, hi = 0] = tags.get(`${inode} ${chain}`) ?? [];
      self.tagHi = hi;
      return lo;
    },
    setTag: (...tag: Tag) => {
      self.put(...tag);
      return 0;
    },
    put: (inode: number, chain: number, lo: number, hi: number) => {
      self.version++;
      if ((lo | hi) === 0) {
        tags.delete(`${inode} ${chain}`);
        mirror?.remove(inode, chain);
      } else {
        tags.set(`${inode} ${chain}`, [inode, chain, lo | 0, hi | 0]);
        mirror?.put(inode, chain, lo, hi);
      }
    },
    mirrorTo: (to: TagMirror) => {
      mirror = to;
      for (const tag of tags.values()) to.put(...tag);
    },
    all: () => [...tags.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  };
  return self;
}
