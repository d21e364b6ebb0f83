/** The generator keeps its promises: every instruction occurs, every program ends without a fault, so do its shrinks. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { OPCODES, rowOf } from '../../src/bpf/isa.js';
import type { Instruction } from '../../src/bpf/types.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import { ALL_FEATURES, engineMaps, samplePrograms } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import { lowerTree } from '../support/random-lowering.js';
import { smallerTrees } from '../support/random-statements.js';
import { SEED } from '../support/random.js';

const MOST_EXECUTED = 5_000;
const NONE = { loops: false, calls: false, maps: false, atomics: false };

function outcomeOf({ instructions, memory, values }: RandomProgram): string {
  const bytes = encodeInstructions(instructions);
  expect(decode(bytes).errors).toEqual([]);
  const outcome = runRaw(bytes, memory, { maps: engineMaps(values), fuel: MOST_EXECUTED });
  return outcome.kind === 'fault' ? outcome.fault : outcome.kind;
}

const instructionsOf = (seed: number, features = ALL_FEATURES): Instruction[] =>
  [...samplePrograms(seed, 2_000, features)].flatMap((p) => p.instructions);

describe('randomProgram', () => {
  it('programs are short, and end soon without a fault', () => {
    const programs = [...samplePrograms(SEED, 2_000)];
    expect(new Set(programs.map(outcomeOf))).toEqual(new Set(['returned']));
    expect(Math.max(...programs.map((p) => p.instructions.length))).toBeLessThan(200);
  });

  it('programs contain every instruction of OPCODES', () => {
    const met = new Set(instructionsOf(SEED).map(rowOf));
    expect(OPCODES.filter((row) => !met.has(row)).map((row) => row.mnemonic)).toEqual([]);
  });

  it('leaves out instructions that the options exclude', () => {
    const plain = instructionsOf(SEED, NONE);
    const kinds = new Set(plain.map(({ kind }) => kind));
    for (const kind of ['call_local', 'call_helper', 'atomic'] as const) expect(kinds).not.toContain(kind);
    expect(plain.some((op) => op.kind === 'ld_imm64' && op.source.kind !== 'imm')).toBe(false);
    expect(plain.some((op) => (op.kind === 'jump' || op.kind === 'ja') && op.offset < 0)).toBe(false);
    expect(kinds).toContain('jump');
  });

  it('makes the same programs from the same seed', () => {
    expect(instructionsOf(SEED).slice(0, 5_000)).toEqual(instructionsOf(SEED).slice(0, 5_000));
    expect(instructionsOf(SEED).slice(0, 100)).not.toEqual(instructionsOf(SEED + 1).slice(0, 100));
  });

  it('shrinks to valid programs', () => {
    let shrunk = 0;
    for (const program of samplePrograms(SEED, 60)) {
      for (const tree of smallerTrees(program.tree)) {
        expect(outcomeOf({ ...program, tree, instructions: lowerTree(tree) })).toBe('returned');
        shrunk++;
      }
    }
    expect(shrunk).toBeGreaterThan(500);
  });
});
