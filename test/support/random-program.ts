/**
 * Random valid eBPF programs: a fast-check arbitrary that shrinks by dropping statements, and a plain series for tests
 * that want tens of thousands.
 *
 * A program starts with r1 = `memory`, r2 = its length, and refers to the maps `table` (0) and `entries` (1). By
 * construction it reads nothing unset, leaks no address and ends: the kernel's verifier accepts it.
 */
import fc from 'fast-check';
import type { Instruction } from '../../src/bpf/types.js';
import { createArrayTable } from '../../src/runtime/engine/maps.js';
import type { PlainTable } from '../../src/runtime/engine/maps.js';
import { AREA_SIZE, ENTRIES, ENTRY_SIZE } from './random-access.js';
import { lowerTree } from './random-lowering.js';
import { ALL_FEATURES, drawTree, smallerTrees } from './random-statements.js';
import type { Draw, Features, Tree } from './random-statements.js';

export { ALL_FEATURES } from './random-statements.js';
export type { Features } from './random-statements.js';

export interface RandomProgram {
  readonly tree: Tree;
  readonly instructions: readonly Instruction[];
  /** What r1 points to. */
  readonly memory: Uint8Array;
  /** What the maps hold at first, by the index of `MAPS`. */
  readonly values: readonly Uint8Array[];
}

/** The maps of every program, by the index that LD_IMM64 has; all are arrays. */
export const MAPS = [
  { name: 'table', valueSize: AREA_SIZE, entries: 1 },
  { name: 'entries', valueSize: ENTRY_SIZE, entries: ENTRIES },
] as const;

/** The engine's maps with these values. Values are multiples of 8 bytes, so they lie one after the other. */
export function engineMaps(values: readonly Uint8Array[]): readonly PlainTable[] {
  return MAPS.map(({ name, valueSize, entries }, i) => {
    const map = createArrayTable(name, valueSize, entries);
    map.view = new DataView(new Uint8Array(values[i] ?? []).buffer);
    return map;
  });
}

function drawProgram(draw: Draw, features: Features): RandomProgram {
  const tree = drawTree(draw, features);
  const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => draw(256));
  const values = MAPS.map(({ valueSize, entries }) => bytes(valueSize * entries));
  return { tree, instructions: lowerTree(tree), memory: bytes(AREA_SIZE), values };
}

/** A program is drawn as one value, which is faster than an arbitrary for each part of it, and shrunk as a tree. */
class ProgramArbitrary extends fc.Arbitrary<RandomProgram> {
  constructor(private readonly features: Features) {
    super();
  }

  override generate(random: fc.Random): fc.Value<RandomProgram> {
    return new fc.Value(
      drawProgram((n) => random.nextInt(0, n - 1), this.features),
      undefined,
    );
  }

  override canShrinkWithoutContext(value: unknown): value is RandomProgram {
    return typeof value === 'object' && value !== null && 'tree' in value;
  }

  override shrink(program: RandomProgram): fc.Stream<fc.Value<RandomProgram>> {
    return fc.stream(smallerPrograms(program));
  }
}

function* smallerPrograms(program: RandomProgram): Generator<fc.Value<RandomProgram>> {
  for (const tree of smallerTrees(program.tree))
    yield new fc.Value({ ...program, tree, instructions: lowerTree(tree) }, undefined);
}

export const randomProgram = (features: Features = ALL_FEATURES): fc.Arbitrary<RandomProgram> =>
  new ProgramArbitrary(features);

/** A series of programs, the same for the same seed: some ten thousand a second. */
export function* samplePrograms(
  seed: number,
  count: number,
  features: Features = ALL_FEATURES,
): Generator<RandomProgram> {
  let state = seed | 0;
  // mulberry32 (Tommy Ettinger, public domain)
  const draw: Draw = (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * n);
  };
  for (let i = 0; i < count; i++) yield drawProgram(draw, features);
}
