import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { createInterpreter, loadProgram, runRaw } from '../../src/runtime/engine/interpreter.js';
import type { RawOptions } from '../../src/runtime/engine/interpreter.js';
import { createInodeTable } from '../../src/runtime/engine/maps.js';
import { stepHook, stepRaw } from '../../src/runtime/engine/stepper.js';
import type { Snapshot, StepEnd, Stepper } from '../../src/runtime/engine/stepper.js';
import type { HookContext, LoadedProgram, TagStore } from '../../src/runtime/engine/types.js';
import { assemble } from '../support/programs.js';
import { engineMaps, randomProgram } from '../support/random-program.js';
import { fc } from '../support/random.js';

const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };

interface Trace {
  readonly steps: readonly Snapshot[];
  readonly end: StepEnd;
}

/** @param between runs before each step */
function toTheEnd(stepper: Stepper, between: () => void = () => undefined): Trace {
  const steps: Snapshot[] = [];
  for (;;) {
    between();
    const state = stepper.next();
    if (state.kind !== 'step') return { steps, end: state };
    steps.push(state);
  }
}

function rawStepper(bytes: Uint8Array, memory: Uint8Array, options: RawOptions = {}): Stepper {
  const outcome = stepRaw(bytes, memory, options);
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
  return outcome.stepper;
}

const steps = (text: string, options: RawOptions = {}): Trace =>
  toTheEnd(rawStepper(assemble(text), new Uint8Array(8), options));

describe('stepRaw', () => {
  it('ends as runRaw does, with any fuel and another run in between', () => {
    const other = assemble(
      'mov r6, r1 | mov r7, -1 | stdw [r10-8], -1 | stdw [r10-16], -1 | mov r0, 9 | exit',
    );
    let faults = 0;
    const property = fc.property(randomProgram(), fc.integer({ min: 1, max: 400 }), (program, fuel) => {
      const bytes = encodeInstructions(program.instructions);
      const [runMaps, stepMaps] = [engineMaps(program.values), engineMaps(program.values)];
      const run = runRaw(bytes, program.memory, { maps: runMaps, fuel });
      const stepper = rawStepper(bytes, program.memory, { maps: stepMaps, fuel });
      const trace = toTheEnd(stepper, () => runRaw(other, program.memory));
      expect(trace.end).toMatchObject(run);
      expect(stepMaps.map((m) => m.view)).toEqual(runMaps.map((m) => m.view));
      expect(trace.steps.map((s) => s.executed)).toEqual(trace.steps.map((_, i) => i));
      expect(trace.end.executed).toBe(trace.steps.length);
      if (run.kind === 'fault') faults++;
    });
    fc.assert(property, { numRuns: 300 });
    expect(faults).toBeGreaterThan(0);
  });

  it('returns the same end again', () => {
    const stepper = rawStepper(assemble('mov r0, 3 | exit'), new Uint8Array(2));
    const { end } = toTheEnd(stepper);
    expect(end).toEqual({ kind: 'returned', lo: 3, hi: 0, memory: new Uint8Array(2), executed: 2 });
    expect(stepper.next()).toBe(end);
  });

  it('refuses bytes that do not decode', () => {
    expect(stepRaw(new Uint8Array(8), new Uint8Array()).kind).toBe('refused');
  });

  it('continues after its code was moved', () => {
    const large = assemble(`${'mov r0, 1 | '.repeat(20_000)}exit`);
    const stepper = rawStepper(
      assemble('mov r6, 1 | call_local +2 | add r0, r6 | exit | mov r6, 7 | mov r0, 4 | exit'),
      large,
    );
    const { end } = toTheEnd(stepper, () => runRaw(large, new Uint8Array()));
    expect(end).toMatchObject({ lo: 5, executed: 7 });
  });
});

describe('stepRaw, a snapshot', () => {
  it('is taken before the instruction', () => {
    const { steps: all, end } = steps('lddw r3, 0x100000002 | mov r0, r3 | ldxw r4, [r1+5] | exit');
    expect(all.map((s) => [s.slot, s.instruction.kind])).toEqual([
      [0, 'ld_imm64'],
      [2, 'alu'],
      [3, 'load'],
    ]);
    const scalar = { kind: 'scalar', lo: 2, hi: 1 };
    expect(all.map((s) => [s.registers[3], s.registers[0]])).toEqual([
      [{ kind: 'unset' }, { kind: 'unset' }],
      [scalar, { kind: 'unset' }],
      [scalar, scalar],
    ]);
    expect(end).toMatchObject({ kind: 'fault', fault: 'raw: slot 3: bad load', executed: 3 });
  });

  it('shows the memory that a pointer points into', () => {
    const { steps: all } = steps(
      'mov r2, r10 | add r2, -8 | add r1, 3 | call_local +1 | exit | mov r0, 0 | exit',
    );
    const last = all.at(-1)?.registers ?? [];
    expect(last[1]).toEqual({ kind: 'pointer', into: 'memory', offset: 3, map: undefined });
    // Of the caller's frame, which lies below.
    expect(all[3]?.registers[2]).toMatchObject({ into: 'stack', offset: -8 });
    expect(all[4]?.registers[10]).toMatchObject({ into: 'stack', offset: 0 });
  });

  it('shows the frame of the function that runs', () => {
    const { steps: all } = steps(
      'stb [r10-1], 5 | call_local +2 | mov r0, 0 | exit | stb [r10-512], 6 | mov r0, 0 | exit',
    );
    const seen = all.map((s) => [s.slot, s.depth, s.stack()[0], s.stack()[511]]);
    expect(seen).toEqual([
      [0, 0, 0, 0],
      [1, 0, 0, 5],
      [4, 1, 0, 0],
      [5, 1, 6, 0],
      [6, 1, 6, 0],
      [2, 0, 0, 5],
      [3, 0, 0, 5],
    ]);
    expect(all[0]?.stack()).toHaveLength(512);
  });

  it('shows the registers that a local function restores', () => {
    const { steps: all } = steps(
      'mov r6, 1 | call_local +1 | exit | mov r6, 2 | mov r7, 3 | mov r0, 4 | exit',
    );
    const after = all.at(-1);
    expect(after?.slot).toBe(2);
    expect([0, 6, 7].map((r) => after?.registers[r])).toEqual([
      { kind: 'scalar', lo: 4, hi: 0 },
      { kind: 'scalar', lo: 1, hi: 0 },
      { kind: 'unset' },
    ]);
  });
});

describe('stepHook', () => {
  const TEXT =
    'mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | stxdw [r6+0], r0 | jne r0, 0, +1 | ja +1 | mov r0, 0 | exit';

  function load(): LoadedProgram {
    const inodes = createInodeTable('inodes', 4);
    inodes.update(5, 3, 9);
    const source = {
      name: 'p',
      hook: 'fs_walk',
      triggerMask: 0,
      bytes: assemble(TEXT),
      maps: ['inodes'],
    } as const;
    const loaded = loadProgram(source, new Map([['inodes', inodes]]));
    if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
    return loaded.program;
  }
  const context = (object: number): HookContext => {
    return { cookieLo: 7, cookieHi: 8, chain: 3, object, lookup: 0 };
  };
  function listener(): {
    readonly heard: unknown[];
    readContext(f: string): void;
    mapLookup(...c: unknown[]): void;
  } {
    const heard: unknown[] = [];
    return { heard, readContext: (f) => heard.push(f), mapLookup: (...c) => heard.push(c) };
  }

  it.each([5, 6])('ends as the interpreter does on inode %i', (object) => {
    const program = load();
    const [c, d] = [context(object), context(object)];
    const [ran, stepped] = [listener(), listener()];
    const engine = createInterpreter();
    const verdict = engine.run(program, c, NO_TAGS, ran);
    const { steps: all, end } = toTheEnd(stepHook(program, d, NO_TAGS, stepped));
    expect(end).toMatchObject({
      kind: 'returned',
      lo: verdict,
      memory: undefined,
      executed: engine.executed,
    });
    expect(all).toHaveLength(engine.executed);
    expect(d).toEqual(c);
    expect(stepped.heard).toEqual(ran.heard);
  });

  it('names handles of maps', () => {
    const { steps: all } = toTheEnd(stepHook(load(), context(5), NO_TAGS));
    const call = all.find((s) => s.instruction.kind === 'call_helper');
    expect(call?.registers.filter((r) => r.kind === 'pointer')).toEqual([
      { kind: 'pointer', into: 'map', offset: 0, map: 'inodes' },
      { kind: 'pointer', into: 'inode', offset: 5, map: undefined },
      { kind: 'pointer', into: 'context', offset: 0, map: undefined },
      { kind: 'pointer', into: 'stack', offset: 0, map: undefined },
    ]);
  });
});
