/** Programs and maps that were made to break compiled code: each broke it once. */
import { describe, expect, it } from 'vitest';
import { verifyProgram } from '../../../src/bpf/verify/verify.js';
import { createArrayTable, createHashTable } from '../../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../../src/runtime/engine/maps.js';
import { runRaw } from '../../../src/runtime/engine/raw.js';
import { allocate, linearMemory, release } from '../../../src/runtime/engine/wasm/linear.js';
import { placeMap } from '../../../src/runtime/engine/wasm/place.js';
import type { RawOptions } from '../../../src/runtime/engine/start.js';
import { assemble } from '../../support/programs.js';

const ENGINES = ['interpreter', 'wasm'] as const;

/** r0, the fault or the first error, in both engines; maps are made anew for each. */
function outcomes(text: string, options: () => RawOptions = () => ({}), size = 16): readonly string[] {
  return ENGINES.map((engine) => {
    const run = runRaw(engine, assemble(text), new Uint8Array(size), options());
    if (run.kind === 'returned') return `${run.lo} ${run.hi}`;
    return run.kind === 'fault' ? run.message : (run.errors[0]?.message ?? '');
  });
}

const key = (n: number): Uint8Array => Uint8Array.of(n, 0, 0, 0);
const withMap = (map: () => EngineMap) => () => ({ maps: [map()] });
const UPDATE =
  'stw [r10-4], 0 | stdw [r10-16], 77 | lddw_map r1, 0 | mov r2, r10 | add r2, -4 | mov r3, r10 | add r3, -16 | mov r4, 0 | call 2';
const LOOKUP = 'lddw_map r1, 0 | mov r2, r10 | add r2, -4 | call 1 | jeq r0, 0, +1 | ldxdw r0, [r0+0] | exit';

describe('compileRaw, maps', () => {
  it('an update of an array changes the memory that programs read', () => {
    expect(
      outcomes(
        `${UPDATE} | ${LOOKUP}`,
        withMap(() => createArrayTable('a', 8, 1)),
      ),
    ).toEqual(['77 0', '77 0']);
  });

  it('a change by the host changes the memory that programs read', () => {
    const map = createArrayTable('a', 8, 1);
    placeMap(linearMemory(), map);
    expect(map.update(key(0), Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0), 0)).toBe(0);
    expect(map.view.getUint8(0)).toBe(7);
  });

  it('a map that grew beyond its entries does not touch the memory behind it', () => {
    const linear = linearMemory();
    const [entries, stride] = [5, 24];
    const hash = createHashTable('h', 4, stride, entries);
    for (let i = 0; i < entries; i++) hash.update(key(i), new Uint8Array(stride).fill(i + 1), 0);
    expect(hash.view.byteLength).toBeGreaterThan(128);
    // The next region of the map's size, with a neighbour behind it.
    const regions = new Set<number>();
    let first = 0;
    // Other tests of this worker have left gaps in the memory.
    while (first === 0 && regions.size < 100_000) {
      const region = allocate(linear, 128) ?? 0;
      regions.add(region);
      if (regions.has(region - 128)) first = region - 128;
      else if (regions.has(region + 128)) first = region;
    }
    const second = first + 128;
    expect(first).toBeGreaterThan(0);
    linear.bytes.fill(0xaa, second, second + 128);
    release(linear, first, 128);
    placeMap(linear, hash);
    expect(hash.view.byteOffset).toBe(first);
    expect([...linear.bytes.subarray(second, second + 128)]).toEqual(new Array(128).fill(0xaa));
    expect(hash.view.getUint8(hash.lookup(key(4)))).toBe(5);
  });

  it('a key may be longer than the arguments that a call takes', () => {
    const [size, text] = [300_000, 'mov r2, r1 | lddw_map r1, 0 | call 1 | jeq r0, 0, +1 | mov r0, 1 | exit'];
    const map = withMap(() => createHashTable('h', size, 8, 5));
    expect(outcomes(text, map, size)).toEqual(['0 0', '0 0']);
  });

  it('a map stays out of full linear memory, and all addresses are signed 32-bit numbers', () => {
    const linear = linearMemory();
    const placed = Array.from({ length: 4 }, (_, i) => {
      const map = createHashTable(`h${i}`, 4, 1 << 20, 1000);
      return placeMap(linear, map) === undefined ? undefined : map.view.byteOffset + map.view.byteLength;
    });
    expect(placed).toContain(undefined);
    for (const end of placed) expect(end ?? 0).toBeLessThanOrEqual(2 ** 31);
    expect(
      outcomes(
        `${UPDATE} | ${LOOKUP}`,
        withMap(() => createHashTable('h', 4, 8, 1)),
      ),
    ).toEqual(['77 0', '77 0']);
  });
});

describe('compileRaw, unreachable code', () => {
  it('compiles no code that nothing leads to', () => {
    const text = 'mov r0, 3 | exit | call_local +1 | exit | lddw_map r1, 99';
    expect(outcomes(`${text} | exit`)).toEqual(['3 0', '3 0']);
  });

  it('verifies the code behind a call that never returns', () => {
    const fuel = (): RawOptions => ({ fuel: 100 });
    expect(outcomes('call_local +3 | lddw_map r3, 99 | exit | ja -1', fuel)[1]).toBe(
      'the program has 0 maps, none with index 99',
    );
    expect(outcomes('call_local +2 | mov r10, 5 | exit | ja -1', fuel)[1]).toBe(
      'the frame pointer r10 is read only',
    );
    const fine = 'call_local +2 | add r0, 5 | exit | ja -1';
    expect(outcomes(fine, fuel)).toEqual(['out of fuel', 'out of fuel']);
  });
});

it('compileRaw: a program without a hook has no helpers of the ABI, which would take any number for an address', () => {
  const helpers = new Map([60, 61, 62].map((n) => [n, (): number => 7]));
  for (const n of helpers.keys()) {
    const text = `mov r1, 64 | mov r2, 5 | mov r3, 0 | call ${n} | exit`;
    expect(outcomes(text, () => ({ helpers }))[1]).toBe(`there is no helper ${n}`);
  }
});

it('verifyProgram: refuses a program that calls itself', () => {
  for (const text of ['call_local -1 | exit', 'mov r0, 0 | jeq r0, 0, +1 | call_local -3 | exit']) {
    const program = { name: 'p', hook: 'fs_walk', triggerMask: 0, bytes: assemble(text), maps: [] } as const;
    expect(verifyProgram(program)).toMatchObject({ errors: [{ message: 'a function calls itself' }] });
  }
});

it('compileRaw: a dispatcher takes more blocks than one table holds', () => {
  const count = 65_526;
  const blocks = Array.from({ length: count }, () => 'jne r2, 0, +0');
  const head = ['ldxdw r2, [r1+0]', 'jeq r2, 5, +1'];
  const tail = ['jne r2, 77, +1', `ja32 -${count + 2}`, 'mov r0, 9', 'exit'];
  expect(outcomes([...head, ...blocks, ...tail].join(' | '))[1]).toBe('9 0');
});
