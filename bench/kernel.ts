/**
 * Measures programs in the kernel's JIT compiler, for comparison with the engine. There are no rows if this user may
 * not load programs. No program is attached; BPF_PROG_TEST_RUN runs them.
 */
import * as asm from '../src/bpf/asm.js';
import { R0, R1, R2, R3, R4, R5, R6, R7, R10, at } from '../src/bpf/asm.js';
import { encode } from '../src/bpf/encode.js';
import type { AsmInstruction, Reg } from '../src/bpf/types.js';
import { openKernel } from '../test/support/bpf-kernel.js';
import { median } from './rows.js';
import type { Row } from './rows.js';

const ROUNDS = 11;
/** Length of the loop. The kernel's verifier explores at most a million instructions, so the loop cannot be longer. */
const BODY = 1_000;
const TRIPS = 990;
const CALLS = 500;

const kernel = await openKernel();

/** The nanoseconds of a run of a program without memory and maps; undefined if the kernel does not load it. */
export function kernelNanoseconds(bytes: Uint8Array, repeat: number): number | undefined {
  return kernel.kind === 'kernel' ? kernel.time(bytes, repeat) : undefined;
}

function bytesOf(program: readonly AsmInstruction[]): Uint8Array {
  const encoded = encode(program);
  if (encoded.kind === 'failed') throw new Error(JSON.stringify(encoded.errors));
  return encoded.bytes;
}

const FOUR = [R1, R2, R3, R4] as const;

/** The number of instructions that a run of `aluLoop` executes. */
export const ALU_LOOP_INSTRUCTIONS = 1 + FOUR.length + TRIPS * (BODY + 2) + 2;

/** A program with a million 64-bit operations on four registers. r0 depends on all of them. */
export function aluLoop(): Uint8Array {
  const at4 = (i: number): Reg => FOUR[i & 3] ?? R1;
  const body = Array.from({ length: BODY }, (_, i) => {
    const ops = [asm.add64, asm.xor64, asm.sub64, asm.or64, asm.add64] as const;
    const op = ops[i % ops.length] ?? asm.add64;
    // The second operand is another register, because `r ^ r` and `r - r` would be constants.
    return i % 7 === 6 ? asm.addImm64(at4(i), i) : op(at4(i), at4(i + 1 + (i % 3)));
  });
  return bytesOf([
    asm.movImm64(R5, TRIPS),
    ...FOUR.map((r, i) => asm.movImm64(r, i * 77 + 1)),
    at('top', asm.addImm64(R1, 1)),
    ...body.slice(1),
    asm.subImm64(R5, 1),
    asm.jneImm(R5, 0, 'top'),
    asm.mov64(R0, R1),
    asm.exit(),
  ]);
}

/** 32 instructions like those of a walk program, without a helper: loads, masks, a few branches. r1 is any number. */
const SHORT: readonly AsmInstruction[] = [
  at('short', asm.addImm64(R1, 0x1234)),
  asm.stx(8, R10, -8, R1),
  asm.st(8, R10, -16, 77),
  asm.st(8, R10, -24, 3),
  asm.ldx(8, R2, R10, -8),
  asm.ldx(8, R3, R10, -16),
  asm.ldx(1, R4, R10, -24),
  asm.jeqImm(R2, 0, 'none'),
  at('none', asm.mov64(R5, R2)),
  asm.rshImm64(R5, 32),
  asm.lshImm64(R3, 32),
  asm.or64(R5, R3),
  asm.andImm64(R5, 0x7fff),
  asm.jsetImm(R5, 0x4000, 'inexact'),
  asm.orImm64(R5, 0x10),
  at('inexact', asm.mov64(R1, R5)),
  asm.xor64(R1, R2),
  asm.jneImm(R4, 3, 'down'),
  asm.movImm64(R1, 0),
  at('down', asm.mov64(R3, R1)),
  asm.and64(R3, R5),
  asm.addImm64(R3, 7),
  asm.jeqImm(R3, 99, 'odd'),
  asm.orImm64(R3, 1),
  at('odd', asm.mov64(R2, R3)),
  asm.lshImm64(R2, 1),
  asm.rshImm64(R2, 1),
  asm.or64(R2, R1),
  asm.stx(8, R10, -8, R2),
  asm.mov64(R0, R2),
  asm.andImm64(R0, 1),
  asm.exit(),
];

/**
 * A program that calls the short program `CALLS` times, because starting a run takes longer than the short program
 * itself. Its argument is the length of the packet, which the verifier does not know, so that all branches stay.
 */
function shortCalls(): Uint8Array {
  return bytesOf([
    asm.ldx(4, R7, R1, 0),
    asm.movImm64(R6, CALLS),
    at('top', asm.mov64(R1, R7)),
    asm.callLocal('short'),
    asm.subImm64(R6, 1),
    asm.jneImm(R6, 0, 'top'),
    asm.exit(),
    ...SHORT,
  ]);
}

const EMPTY = bytesOf([asm.movImm64(R0, 0), asm.exit()]);

function medianOf(bytes: Uint8Array, repeat: number): number | undefined {
  const times = Array.from({ length: ROUNDS }, () => kernelNanoseconds(bytes, repeat));
  return times.includes(undefined) ? undefined : median(times.map((t) => t ?? Number.NaN));
}

export function whatTheKernelTakes(): Row[] {
  const loop = medianOf(aluLoop(), 20);
  const short = medianOf(shortCalls(), 20_000);
  const empty = medianOf(EMPTY, 1_000_000);
  if (loop === undefined || short === undefined || empty === undefined) return [];
  const beside = 'Linux, JIT';
  return [
    {
      what: 'the kernel: an ALU64 instruction',
      value: loop / ALU_LOOP_INSTRUCTIONS,
      unit: 'ns',
      target: '',
      beside: `${beside}, a loop of ${ALU_LOOP_INSTRUCTIONS} instructions`,
    },
    {
      what: 'the kernel: a run of 32 instructions',
      value: short / CALLS,
      unit: 'ns',
      target: '',
      beside: `${beside}, called in a loop; to begin a run ${empty} ns`,
    },
  ];
}
