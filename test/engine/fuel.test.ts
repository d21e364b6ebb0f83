/** Fuel: when it is used up, a run ends at the next taken jump or local call. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { distanceOf } from '../../src/bpf/fields.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import type { RawOutcome } from '../../src/runtime/engine/interpreter.js';
import { stepRaw } from '../../src/runtime/engine/stepper.js';
import type { Snapshot } from '../../src/runtime/engine/stepper.js';
import { compileRaw } from '../../src/runtime/engine/wasm/raw.js';
import { assemble } from '../support/programs.js';
import { engineMaps, randomProgram } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import { fc } from '../support/random.js';

const HELPERS: ReadonlyMap<number, () => number> = new Map([[5, () => 0]]);
const run = (bytes: Uint8Array, fuel: number): RawOutcome =>
  runRaw(bytes, new Uint8Array(8), { helpers: HELPERS, fuel });

const outOfFuel = (slot: number, executed: number): RawOutcome => {
  return { kind: 'fault', fault: `raw: slot ${slot}: out of fuel`, executed };
};

/** Program, what it executes, and its jumps that are taken and its local calls: slot and the number of instructions so far. */
type Case = readonly [
  text: string,
  executed: number,
  jumps: readonly (readonly [slot: number, count: number])[],
];
const CASES: readonly Case[] = [
  ['mov r0, 0 | exit', 2, []],
  ['mov r0, 0 | ja +0 | exit', 3, [[1, 2]]],
  ['mov r0, 0 | jeq r0, 0, +0 | exit', 3, [[1, 2]]],
  ['mov r0, 0 | jne r0, 0, +0 | exit', 3, []],
  ['mov r0, 0 | jne32 r0, 0, +1 | jle32 r0, 0, +0 | exit', 4, [[2, 3]]],
  [
    'mov r0, 0 | add r0, 1 | jlt r0, 3, -2 | exit',
    8,
    [
      [2, 3],
      [2, 5],
    ],
  ],
  // LD_IMM64 is one instruction of two slots.
  ['lddw r0, 0x100000001 | ja +0 | exit', 3, [[2, 2]]],
  // What leaves the loop is counted and not compared, but for local calls: division, helpers, returns.
  ['mov r0, 1 | div r0, 1 | call 5 | ja +0 | exit', 5, [[3, 4]]],
  [
    'call_local +2 | ja +0 | exit | mov r0, 2 | ja +0 | exit',
    6,
    [
      [0, 1],
      [4, 3],
      [1, 5],
    ],
  ],
  ['call_local +1 | exit | mov r0, 2 | exit', 4, [[0, 1]]],
];

describe('runRaw, fuel', () => {
  it.each(CASES)('%s', (text, executed, jumps) => {
    const bytes = assemble(text);
    for (let fuel = 1; fuel <= executed + 1; fuel++) {
      const last = jumps.find(([, count]) => count >= fuel);
      const outcome = run(bytes, fuel);
      if (last === undefined) expect(outcome).toMatchObject({ kind: 'returned', executed });
      else expect(outcome).toEqual(outOfFuel(...last));
    }
  });

  it('counts fuel over many rounds of a loop', () => {
    const bytes = assemble('mov r0, 0 | add r0, 1 | jlt r0, 1000, -2 | exit');
    expect(run(bytes, 2000)).toMatchObject({ kind: 'returned', lo: 1000, executed: 2002 });
    expect(run(bytes, 1999)).toEqual(outOfFuel(2, 1999));
  });

  it('ends a random program at the jump that its trace shows', () => {
    const property = fc.property(randomProgram(), fc.nat(), (program, seed) => {
      const { trace, executed } = traceOf(program);
      const jumps = trace.flatMap((step, i) =>
        isTaken(step, trace[i + 1]) ? [[step.slot, i + 1] as const] : [],
      );
      const fuel = (seed % executed) + 1;
      const last = jumps.find(([, count]) => count >= fuel);
      const bytes = encodeInstructions(program.instructions);
      const outcome = runRaw(bytes, program.memory, { maps: engineMaps(program.values), fuel });
      if (last === undefined) expect(outcome).toMatchObject({ kind: 'returned', executed });
      else expect(outcome).toEqual(outOfFuel(...last));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('compileRaw ends a program at the same jump', () => {
    let ended = 0;
    const property = fc.property(randomProgram(), fc.integer({ min: 1, max: 100 }), (program, fuel) => {
      const bytes = encodeInstructions(program.instructions);
      const code = decode(bytes).instructions;
      const compiled = compileRaw([{ code, maps: engineMaps(program.values), countsFuel: true }]);
      const ran = compiled?.run(0, program.memory.slice(), fuel);
      const outcome = runRaw(bytes, program.memory, { maps: engineMaps(program.values), fuel });
      if (ran?.kind === 'out_of_fuel') {
        ended++;
        expect(outcome).toMatchObject({ fault: `raw: slot ${code[ran.index]?.slot}: out of fuel` });
      } else {
        expect(outcome).toMatchObject({ ...ran });
      }
    });
    fc.assert(property, { numRuns: 200 });
    expect(ended).toBeGreaterThan(0);
  });
});

function traceOf(program: RandomProgram): { readonly trace: readonly Snapshot[]; readonly executed: number } {
  const maps = engineMaps(program.values);
  const outcome = stepRaw(encodeInstructions(program.instructions), program.memory, { maps });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
  const trace: Snapshot[] = [];
  for (;;) {
    const state = outcome.stepper.next();
    if (state.kind !== 'step') return { trace, executed: state.executed };
    trace.push(state);
  }
}

/** A local call counts as a jump. A conditional jump to the next instruction goes there in any case: such programs say nothing here. */
function isTaken({ slot, instruction }: Snapshot, next: Snapshot | undefined): boolean {
  if (instruction.kind === 'call_local') return true;
  if (instruction.kind !== 'jump' && instruction.kind !== 'ja') return false;
  fc.pre(instruction.kind === 'ja' || distanceOf(instruction) !== 0);
  return next?.slot === slot + 1 + (distanceOf(instruction) ?? 0);
}
