import { describe, expect, it } from 'vitest';
import { ERRNO, createArrayTable, createHashTable, createInodeTable } from '../../src/runtime/engine/maps.js';
import { fc } from '../support/random.js';

const key = (n: number): Uint8Array => Uint8Array.of(n, n >> 8, n >> 16, n >> 24);
const value = (n: number): Uint8Array => Uint8Array.of(n, 0, 0, 0, 0, 0, 0, 0);

describe('createInodeTable', () => {
  it('keeps the first two halves of an inode, and counts updates', () => {
    const operation = fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer()),
      fc.integer(),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.integer({ min: 1, max: 90 }), (ops, max) => {
        const table = createInodeTable('m', max);
        const model = new Map<number, readonly [number, number]>();
        for (const [i, [inode, lo, hi]] of ops.entries()) {
          expect(table.update(inode, lo, hi)).toBe(i < max ? 0 : ERRNO.E2BIG);
          if (i < max && !model.has(inode)) model.set(inode, [lo, hi]);
        }
        for (const [inode] of ops) {
          expect([table.lookup(inode), table.hi]).toEqual(model.get(inode) ?? [0, 0]);
        }
        expect(table.size).toBe(Math.min(ops.length, max));
      }),
    );
  });
});

describe('createArrayTable', () => {
  const table = createArrayTable('a', 8, 2);
  it('has all its entries from the start', () => {
    expect(table.lookup(key(1))).toBe(8);
    expect(table.lookup(key(2))).toBe(-1);
    expect(table.update(key(1), value(9), 0)).toBe(0);
    expect(table.view.getUint8(8)).toBe(9);
  });
  it('refuses as Linux does', () => {
    expect(table.update(key(2), value(1), 0)).toBe(ERRNO.E2BIG);
    expect(table.update(key(1), value(1), 1)).toBe(ERRNO.EEXIST);
    expect(table.update(key(1), value(1), 4)).toBe(ERRNO.EINVAL);
    expect(table.delete(key(1))).toBe(ERRNO.EINVAL);
  });
});

describe('createHashTable', () => {
  const table = createHashTable('h', 4, 8, 2);
  it('holds entries up to its limit', () => {
    expect(table.lookup(key(7))).toBe(-1);
    expect(table.update(key(7), value(1), 0)).toBe(0);
    expect(table.update(key(8), value(2), 1)).toBe(0);
    expect(table.update(key(9), value(3), 0)).toBe(ERRNO.E2BIG);
    expect(table.view.getUint8(table.lookup(key(8)))).toBe(2);
  });
  it('refuses as Linux does', () => {
    expect(table.update(key(7), value(1), 1)).toBe(ERRNO.EEXIST);
    expect(table.update(key(9), value(1), 2)).toBe(ERRNO.ENOENT);
    expect(table.delete(key(9))).toBe(ERRNO.ENOENT);
    expect(table.update(key(7), value(1), 3)).toBe(ERRNO.EINVAL);
  });
  it('uses a place again after a deletion', () => {
    expect(table.delete(key(7))).toBe(0);
    expect(table.lookup(key(7))).toBe(-1);
    expect(table.update(key(9), value(5), 0)).toBe(0);
    expect(table.view.getUint8(table.lookup(key(9)))).toBe(5);
  });
});
