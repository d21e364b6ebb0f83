/**
 * Builds the helpers inside a module: the lookups, which decision programs call most. Helpers that change maps or tags
 * are imported, because the maps and tags are owned outside of the module.
 */
import { I32, I64, OP, access, call, global, i32Const, i64Const, local } from './encode.js';
import type { Bytes, FunctionBody, FunctionType } from './encode.js';
import { DESCRIPTOR, MAP_KIND } from './layout.js';
import type { HelperFunctions } from './translate.js';

const i32s = (count: number): FunctionType => ({ params: Array<number>(count).fill(I32), results: [I32] });

/** The functions that a module imports from `env`, in the order of their indices. */
export const IMPORTED_FUNCTIONS = [
  { name: 'landlock_set_tag', type: i32s(4) },
  { name: 'map_lookup', type: i32s(2) },
  { name: 'map_update', type: i32s(4) },
  { name: 'map_delete', type: i32s(2) },
  { name: 'other_helper', type: i32s(1) },
] as const;

const FIRST = IMPORTED_FUNCTIONS.length;

export const HELPER_FUNCTIONS: HelperFunctions = {
  landlockSetTag: 0,
  mapUpdate: 2,
  mapDelete: 3,
  other: 4,
  inodeMapLookup: FIRST,
  inodeGetTag: FIRST + 1,
  mapLookup: FIRST + 2,
};

/** The functions of the helpers inside. `tags` is the index of the global with the address of the tag descriptor. */
export function helperBodies(tags: number): readonly FunctionBody[] {
  return [inodeMapLookup(), inodeGetTag(tags), plainMapLookup()];
}

/** The multipliers of the hash functions. `findCell` in `maps.ts` must use the same for inodes. */
export const HASH = { inode: 0x9e37_79b1 | 0, chain: 0x85eb_ca6b | 0 } as const;

/** The locals of both lookups, after two parameters. */
const [BASE, MASK, AT, CELL] = [2, 3, 4, 5];
const LOOKUP_LOCALS = [I32, I32, I32, I32];

/** (descriptor, inode) → value, or 0. */
function inodeMapLookup(): FunctionBody {
  const code: Bytes = [];
  const descriptor = (): void => local(code, OP.localGet, 0);
  multiplied(code, 1, HASH.inode);
  probe(code, descriptor, () => {
    // A free cell is recognised by its flag, not by inode 0, which is a valid inode.
    cellWord(code, 12);
    code.push(OP.i32Eqz);
    returnZeroIf(code);
    cellWord(code, 0);
    local(code, OP.localGet, 1);
    code.push(OP.i32Eq);
    returnValueIf(code, 4);
  });
  return { type: { params: [I32, I32], results: [I64] }, locals: LOOKUP_LOCALS, code };
}

/** (inode, chain) → tag, or 0. */
function inodeGetTag(tags: number): FunctionBody {
  const code: Bytes = [];
  multiplied(code, 0, HASH.inode);
  multiplied(code, 1, HASH.chain);
  code.push(OP.i32Add);
  probe(
    code,
    () => global(code, OP.globalGet, tags),
    () => {
      cellWord(code, 0);
      code.push(OP.i32Eqz);
      returnZeroIf(code);
      cellWord(code, 0);
      local(code, OP.localGet, 0);
      code.push(OP.i32Eq);
      cellWord(code, 4);
      local(code, OP.localGet, 1);
      code.push(OP.i32Eq, OP.i32And);
      returnValueIf(code, 8);
    },
  );
  return { type: { params: [I32, I32], results: [I64] }, locals: LOOKUP_LOCALS, code };
}

function multiplied(code: Bytes, parameter: number, by: number): void {
  local(code, OP.localGet, parameter);
  i32Const(code, by);
  code.push(OP.i32Mul);
}

/** Probes cells, starting at the cell of the hash on the stack, until `look` returns from the function. */
function probe(code: Bytes, descriptor: () => void, look: () => void): void {
  local(code, OP.localTee, AT);
  local(code, OP.localGet, AT);
  i32Const(code, 15);
  code.push(OP.i32ShrU, OP.i32Xor);
  i32Const(code, 4);
  code.push(OP.i32Shl);
  descriptor();
  access(code, OP.i32Load, DESCRIPTOR.mask);
  local(code, OP.localTee, MASK);
  code.push(OP.i32And);
  local(code, OP.localSet, AT);
  descriptor();
  access(code, OP.i32Load, DESCRIPTOR.base);
  local(code, OP.localSet, BASE);
  code.push(OP.loop, I64);
  local(code, OP.localGet, BASE);
  local(code, OP.localGet, AT);
  code.push(OP.i32Add);
  local(code, OP.localSet, CELL);
  look();
  local(code, OP.localGet, AT);
  i32Const(code, 16);
  code.push(OP.i32Add);
  local(code, OP.localGet, MASK);
  code.push(OP.i32And);
  local(code, OP.localSet, AT);
  code.push(OP.br, 0, OP.end);
}

function cellWord(code: Bytes, offset: number): void {
  local(code, OP.localGet, CELL);
  access(code, OP.i32Load, offset);
}

function returnZeroIf(code: Bytes): void {
  code.push(OP.if, 0x40);
  i64Const(code, 0n);
  code.push(OP.return, OP.end);
}

function returnValueIf(code: Bytes, offset: number): void {
  code.push(OP.if, 0x40);
  local(code, OP.localGet, CELL);
  access(code, OP.i64Load, offset);
  code.push(OP.return, OP.end);
}

/** (descriptor, address of the key) → address of the value, or 0. It calls the import for hash maps. */
function plainMapLookup(): FunctionBody {
  const code: Bytes = [];
  const [descriptor, key, index] = [0, 1, 2];
  const field = (offset: number): void => {
    local(code, OP.localGet, descriptor);
    access(code, OP.i32Load, offset);
  };
  field(DESCRIPTOR.kind);
  i32Const(code, MAP_KIND.array);
  code.push(OP.i32Ne, OP.if, 0x40);
  local(code, OP.localGet, descriptor);
  local(code, OP.localGet, key);
  call(
    code,
    IMPORTED_FUNCTIONS.findIndex((f) => f.name === 'map_lookup'),
  );
  code.push(OP.return, OP.end);
  local(code, OP.localGet, key);
  access(code, OP.i32Load, 0);
  local(code, OP.localTee, index);
  field(DESCRIPTOR.entries);
  code.push(OP.i32GeU, OP.if, 0x40);
  i32Const(code, 0);
  code.push(OP.return, OP.end);
  field(DESCRIPTOR.base);
  local(code, OP.localGet, index);
  field(DESCRIPTOR.stride);
  code.push(OP.i32Mul, OP.i32Add);
  return { type: i32s(2), locals: [I32], code };
}
