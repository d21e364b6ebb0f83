/** The memory of a launcher that starts as zeros: named parts, laid one after another when all are known. */
import { assert } from '../../../base/assert.js';

export interface ZeroMemory {
  /** Returns the label of a part, which is made when it is asked for the first time. */
  readonly part: (name: string, size: number) => string;
  /** Returns the address of each label, given the address of the first part. */
  readonly addresses: (at: number) => ReadonlyMap<string, number>;
  /** Returns the number of bytes. */
  readonly size: () => number;
}

export function makeMemory(): ZeroMemory {
  const parts = new Map<string, { readonly offset: number; readonly size: number }>();
  let end = 0;
  return {
    part: (name, size) => {
      const known = parts.get(name);
      assert(known === undefined || known.size === size, `the memory ${name} has one size`);
      if (known === undefined) {
        parts.set(name, { offset: end, size });
        end += Math.ceil(size / 8) * 8;
      }
      return name;
    },
    addresses: (at) => new Map([...parts].map(([name, { offset }]) => [name, at + offset])),
    size: () => end,
  };
}
