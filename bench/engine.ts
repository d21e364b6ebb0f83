/**
 * Measures the engines: a program of 32 instructions with one inode map lookup, like a walk program, and an ALU loop.
 */
import * as asm from '../src/bpf/asm.js';
import { R0, R1, R2, R3, R4, R6, R7, R8, at } from '../src/bpf/asm.js';
import { decode } from '../src/bpf/decode.js';
import { encode } from '../src/bpf/encode.js';
import type { AsmInstruction } from '../src/bpf/types.js';
import { createInterpreter } from '../src/runtime/engine/interpreter.js';
import { loadProgram } from '../src/runtime/engine/load-program.js';
import { createInodeTable } from '../src/runtime/engine/maps.js';
import type { LoadedProgram, MirroredTags } from '../src/runtime/engine/types.js';
import { compileRaw } from '../src/runtime/engine/wasm/raw.js';
import { createWasmRunner } from '../src/runtime/engine/wasm/runner.js';
import { defined } from '../src/base/assert.js';
import { ALU_LOOP_INSTRUCTIONS, aluLoop, kernelNanoseconds } from './kernel.js';
import { median, type Row } from './rows.js';

const ROUNDS = 41;
const RUNS = 50_000;
const CHAIN = 8;

/** A program in which every path executes about 32 instructions. */
const PROGRAM: readonly AsmInstruction[] = [
  asm.mov64(R6, R1),
  asm.ldx(8, R7, R6, 0),
  asm.ldx(1, R8, R6, 24),
  asm.ldx(8, R2, R6, 16),
  asm.ldMap(R1, 'inodes'),
  asm.callHelper(60),
  asm.jeqImm(R0, 0, 'none'),
  at('none', asm.mov64(R2, R0)),
  asm.rshImm64(R2, 32),
  asm.mov64(R3, R7),
  asm.lshImm64(R3, 32),
  asm.or64(R2, R3),
  asm.andImm64(R2, 0x7fff),
  asm.jsetImm(R2, 0x4000, 'inexact'),
  asm.orImm64(R2, 0x10),
  at('inexact', asm.mov64(R4, R2)),
  asm.xor64(R4, R7),
  asm.jneImm(R8, 3, 'down'),
  asm.movImm64(R4, 0),
  at('down', asm.mov64(R3, R4)),
  asm.and64(R3, R2),
  asm.addImm64(R3, 7),
  asm.jeqImm(R3, 99, 'odd'),
  asm.orImm64(R3, 1),
  at('odd', asm.mov64(R2, R3)),
  asm.lshImm64(R2, 1),
  asm.rshImm64(R2, 1),
  asm.or64(R2, R4),
  asm.stx(8, R6, 0, R2),
  asm.mov64(R0, R2),
  asm.andImm64(R0, 0),
  asm.jsetImm(R0, 1, 'end'),
  at('end', asm.exit()),
];

const TAGS: MirroredTags = {
  tagHi: 0,
  version: 0,
  getTag: () => 0,
  setTag: () => 0,
  mirrorTo: () => undefined,
};

function assemble(program: readonly AsmInstruction[], maps: readonly string[] = []): Uint8Array {
  const encoded = encode(program, maps);
  if (encoded.kind === 'failed') throw new Error(JSON.stringify(encoded.errors));
  return encoded.bytes;
}

/** Loads the program `count` times, with one map of 100 inodes. */
function load(hook: 'fs_walk' | 'fs_pick', count: number): readonly LoadedProgram[] {
  const inodes = createInodeTable('inodes', 100);
  for (let i = 0; i < 100; i++) inodes.update(i * 7 + 1, i + 1, i);
  const bytes = assemble(PROGRAM, ['inodes']);
  return Array.from({ length: count }, (_, i) => {
    const source = { name: `${hook}${i}`, hook, triggerMask: hook === 'fs_pick' ? 1 : 0, maps: ['inodes'] };
    const loaded = loadProgram({ ...source, bytes }, new Map([['inodes', inodes]]));
    if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
    return loaded.program;
  });
}

/** The nanoseconds of a call: the median of all rounds after a warm-up. */
function nanoseconds(rounds: number, calls: number, call: (i: number) => void): number {
  const round = (): number => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) call(i);
    return Number(process.hrtime.bigint() - start) / calls;
  };
  for (let i = 0; i < 5; i++) round();
  return median(Array.from({ length: rounds }, round));
}

function interpreted(): number {
  const program = defined(load('fs_walk', 1)[0], 'a program');
  const engine = createInterpreter();
  const context = { cookieLo: 0, cookieHi: 0, chain: 1, object: 8, lookup: 0 };
  return nanoseconds(ROUNDS, RUNS, (i) => {
    context.object = i & 127;
    engine.run(program, context, TAGS);
  });
}

/** The nanoseconds of each program in a chain of eight, which one call of the module runs. */
function chained(): number {
  const picks = load('fs_pick', CHAIN).map((program) => ({ program, chain: 1, slot: 0 }));
  const set = { size: 1, walk: [], picks, get: [], pick: () => picks, runner: undefined };
  const runner = defined(createWasmRunner(set, TAGS), 'room in linear memory');
  return nanoseconds(ROUNDS, RUNS, (i) => void runner.pick(0, 1, i & 127, 0)) / CHAIN;
}

/** The milliseconds of the loop in WebAssembly and in the kernel's JIT compiler, which take turns in every round. */
function loops(): { readonly wasm: number; readonly kernel: number | undefined } {
  const bytes = aluLoop();
  const code = decode(bytes).instructions;
  const compiled = defined(compileRaw([{ code, maps: [], countsFuel: false }]), 'room in linear memory');
  const memory = new Uint8Array();
  const times: { readonly wasm: number[]; readonly kernel: number[] } = { wasm: [], kernel: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.wasm.push(nanoseconds(1, 4, () => void compiled.run(0, memory, 0)) / 1e6);
    const beside = kernelNanoseconds(bytes, 4);
    if (beside !== undefined) times.kernel.push(beside / 1e6);
  }
  return { wasm: median(times.wasm), kernel: times.kernel.length > 0 ? median(times.kernel) : undefined };
}

export function whatRuns(): Row[] {
  const slow = interpreted();
  const fast = chained();
  const { wasm, kernel } = loops();
  const ratio =
    kernel === undefined
      ? 'no kernel to compare to'
      : `${(wasm / kernel).toFixed(2)} times the kernel's compiler`;
  return [
    {
      what: 'program of 32 instructions, interpreter',
      value: slow,
      unit: 'ns',
      target: 'at most 60 ns',
      beside: `${(slow / fast).toFixed(1)} times the compiled one`,
    },
    {
      what: 'the same, compiled, each of a chain of eight',
      value: fast,
      unit: 'ns',
      target: 'at most 8 ns',
      beside: `${(fast / 32).toFixed(2)} ns an instruction`,
    },
    {
      what: `loop of ${ALU_LOOP_INSTRUCTIONS} ALU64 instructions, compiled`,
      value: wasm,
      unit: 'ms',
      target: 'at most 1.1 times the kernel',
      beside: kernel === undefined ? ratio : `${kernel.toFixed(3)} ms in the kernel: ${ratio}`,
    },
  ];
}
