/**
 * The interpreter's speed: a program of 32 instructions with one inode map lookup, as a walk program has them.
 *
 * Prints the median and the least of 41 rounds in nanoseconds a run. `node dist/bench/engine.js`.
 */
import * as asm from '../src/bpf/asm.js';
import { R0, R1, R2, R3, R4, R6, R7, R8, at } from '../src/bpf/asm.js';
import { encode } from '../src/bpf/encode.js';
import type { AsmInstruction } from '../src/bpf/types.js';
import { createInterpreter, loadProgram } from '../src/runtime/engine/interpreter.js';
import { createInodeTable } from '../src/runtime/engine/maps.js';
import type { LoadedProgram } from '../src/runtime/engine/types.js';

const ROUNDS = 41;
const RUNS = 200_000;

/** Every path executes 32 instructions or nearly. */
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

function load(): LoadedProgram {
  const inodes = createInodeTable('inodes', 100);
  for (let i = 0; i < 100; i++) inodes.update(i * 7 + 1, i + 1, i);
  const encoded = encode(PROGRAM, ['inodes']);
  if (encoded.kind === 'failed') throw new Error(JSON.stringify(encoded.errors));
  const source = { name: 'walk', hook: 'fs_walk', triggerMask: 0, maps: ['inodes'] } as const;
  const loaded = loadProgram({ ...source, bytes: encoded.bytes }, new Map([['inodes', inodes]]));
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  return loaded.program;
}

function measure(): readonly number[] {
  const program = load();
  const engine = createInterpreter();
  const context = { cookieLo: 0, cookieHi: 0, chain: 1, object: 8, lookup: 0, triggers: 0 };
  const tags = { tagHi: 0, getTag: () => 0, setTag: () => 0 };
  const times = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < RUNS; i++) {
      context.object = i & 127;
      engine.run(program, context, tags);
    }
    return Number(process.hrtime.bigint() - start) / RUNS;
  });
  console.log(`${(engine.executed / engine.runs).toFixed(1)} instructions a run`);
  return times.sort((a, b) => a - b);
}

const times = measure();
const format = (n: number | undefined): string => (n ?? NaN).toFixed(1);
console.log(`median ${format(times[ROUNDS >> 1])} ns, least ${format(times[0])} ns a run`);
