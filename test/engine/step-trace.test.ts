import { expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { createInterpreter, loadProgram, runRaw } from '../../src/runtime/engine/interpreter.js';
import { createInodeTable } from '../../src/runtime/engine/maps.js';
import { createTracingEngine, traceSteps } from '../../src/runtime/engine/step-trace.js';
import type { TracedStep } from '../../src/runtime/engine/step-trace.js';
import { stepRaw } from '../../src/runtime/engine/stepper.js';
import type { RegisterView, Stepper } from '../../src/runtime/engine/stepper.js';
import type { HookContext, TagStore } from '../../src/runtime/engine/types.js';
import { assemble } from '../support/programs.js';
import { engineMaps, randomProgram } from '../support/random-program.js';
import { fc } from '../support/random.js';

const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };

function stepper(bytes: Uint8Array, memory: Uint8Array = new Uint8Array(8), options = {}): Stepper {
  const outcome = stepRaw(bytes, memory, options);
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
  return outcome.stepper;
}

const stepsOf = (text: string): readonly TracedStep[] => traceSteps(stepper(assemble(text)), 1000).steps;

it('traceSteps: shows the steps of the run up to any limit, and its changes lead to the result', () => {
  const property = fc.property(randomProgram(), fc.integer({ min: 0, max: 60 }), (program, limit) => {
    const bytes = encodeInstructions(program.instructions);
    const options = (): object => ({ maps: engineMaps(program.values), fuel: 500 });
    const run = runRaw(bytes, program.memory, options());
    const whole = traceSteps(stepper(bytes, program.memory, options()), Infinity);
    const { steps, omitted, end } = traceSteps(stepper(bytes, program.memory, options()), limit);
    expect(end).toMatchObject(run);
    expect(steps).toEqual(whole.steps.slice(0, limit));
    expect(steps.length + omitted).toBe(end.executed);
    expect(whole.steps.slice(1).map((s) => s.slot)).toEqual(whole.steps.slice(0, -1).map((s) => s.next));
    const last = (register: number): RegisterView | undefined =>
      whole.steps.flatMap((s) => s.registers).findLast((r) => r.register === register)?.value;
    if (run.kind === 'returned' && last(0)?.kind === 'scalar') {
      expect(last(0)).toEqual({ kind: 'scalar', lo: run.lo, hi: run.hi });
    }
  });
  fc.assert(property, { numRuns: 200 });
});

it('traceSteps: shows what a store wrote, pointers as pointers', () => {
  const steps = stepsOf(
    'stxdw [r10-8], r1 | stw [r1+4], -2 | mov r0, 5 | lock_add32 [r1+4], r0 | stb [r10-9], 1 | exit',
  );
  expect(steps.map((s) => s.written && [s.written.at.into, s.written.at.offset])).toEqual([
    ['stack', -8],
    ['memory', 4],
    undefined,
    ['memory', 4],
    ['stack', -9],
    undefined,
  ]);
  expect(steps[0]?.written?.pointer).toMatchObject({ into: 'memory', offset: 0 });
  expect(steps[1]?.written?.bytes).toEqual(Uint8Array.of(254, 255, 255, 255));
  expect(steps[3]?.written?.bytes).toEqual(Uint8Array.of(3, 0, 0, 0));
  expect(steps[3]?.written?.pointer).toBeUndefined();
});

it('traceSteps: shows the registers that a local function restores, and no pointer of which only the frame changed', () => {
  const steps = stepsOf('mov r6, 1 | mov r7, r10 | call_local +1 | exit | mov r6, 2 | mov r0, 4 | exit');
  expect(steps.map((s) => s.registers.map((r) => r.register))).toEqual([[6], [7], [], [6], [0], [6], []]);
  expect(steps.map((s) => s.depth)).toEqual([0, 0, 0, 1, 1, 1, 0]);
  expect(steps.at(-1)?.next).toBeUndefined();
});

it('createTracingEngine: traces hooks, and answers as the interpreter does', () => {
  const inodes = createInodeTable('inodes', 4);
  inodes.update(5, 3, 9);
  const text = 'mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | stxdw [r6+0], r0 | exit';
  const source = {
    name: 'p',
    hook: 'fs_walk',
    triggerMask: 0,
    bytes: assemble(text),
    maps: ['inodes'],
  } as const;
  const loaded = loadProgram(source, new Map([['inodes', inodes]]));
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  const engine = createTracingEngine(8);
  const interpreter = createInterpreter();
  for (const object of [5, 6]) {
    const context = (): HookContext => ({
      cookieLo: 7,
      cookieHi: 8,
      chain: 3,
      object,
      lookup: 0,
    });
    const [a, b] = [context(), context()];
    expect(engine.run(loaded.program, a, NO_TAGS)).toBe(interpreter.run(loaded.program, b, NO_TAGS));
    expect(a).toEqual(b);
  }
  expect([engine.executed, engine.runs]).toEqual([interpreter.executed, interpreter.runs]);
  expect(engine.take().map((t) => [t.steps.length, t.omitted])).toEqual([
    [6, 0],
    [2, 4],
  ]);
  expect(engine.take()).toEqual([]);
});
