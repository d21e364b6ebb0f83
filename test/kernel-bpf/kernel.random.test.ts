/**
 * The interpreter against this machine's kernel: the conformance vectors and random programs. Skipped with a notice
 * where bpf(2) cannot be called.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import { hexBytes, readVectors } from '../support/vectors.js';
import { MAPS, engineMaps, randomProgram } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import type { ProgramType } from '../support/bpf.js';
import { openKernel } from '../support/bpf-kernel.js';
import type { Kernel, KernelOutcome } from '../support/bpf-kernel.js';
import { cases, fc } from '../support/random.js';

const CASES = cases(1_500, 1);
const TYPES: readonly ProgramType[] = ['socket_filter', 'xdp', 'syscall'];

const opened = await openKernel();
if (opened.kind === 'absent') console.warn(`no kernel to compare with, tests are skipped: ${opened.reason}`);
const vectors = readVectors('conformance.json');

/** The types in turn. */
let turn = 0;
const nextType = (): ProgramType => TYPES[turn++ % TYPES.length] ?? 'xdp';

function kernel(): Kernel {
  if (opened.kind === 'absent') throw new Error(opened.reason);
  return opened;
}

/** What the verifier says at last, without the numbers of it. */
function reason({ log }: Extract<KernelOutcome, { kind: 'refused' }>): string {
  const lines = log.split('\n').filter((line) => line !== '' && !/^(processed|stack depth) /u.test(line));
  return (lines.at(-1) ?? 'no log').replaceAll(/-?\b\d+\b/gu, 'N');
}

const unsigned = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const absent = opened.kind === 'absent';

describe.skipIf(absent || vectors === undefined)('runRaw and the Linux kernel, conformance vectors', () => {
  it('the kernel returns what the interpreter returns and the vector expects', () => {
    const refused: Record<string, number> = {};
    let ran = 0;
    for (const vector of vectors ?? []) {
      const bytes = hexBytes(vector.raw_insn_hex);
      const memory = hexBytes(vector.mem_hex);
      const outcome = kernel().run({ bytes, memory, maps: [] }, nextType());
      if (outcome.kind === 'refused') {
        refused[reason(outcome)] = (refused[reason(outcome)] ?? 0) + 1;
        continue;
      }
      if (vector.uses_helper === true) continue; // helper 5 is a clock there
      ran++;
      const own = runRaw(bytes, memory);
      const told = own.kind === 'returned' ? unsigned(own.lo, own.hi) : own;
      expect([outcome.r0, told], vector.name).toEqual(Array(2).fill(BigInt(vector.expected_r0 ?? 0)));
      if (own.kind === 'returned') expect(hex(own.memory), vector.name).toBe(hex(outcome.memory));
    }
    console.log(`the kernel ran ${ran} vectors; refused:`, refused);
    expect(ran).toBeGreaterThan(280);
  });
});

/** All that a program leaves behind, from both; undefined where the kernel finds it too long to verify. */
function both(program: RandomProgram): { own: unknown; kernels: unknown } | undefined {
  const { instructions, memory, values } = program;
  const bytes = encodeInstructions(instructions);
  const given = MAPS.map((map, i) => ({ ...map, values: values[i] ?? new Uint8Array() }));
  const outcome = kernel().run({ bytes, memory, maps: given }, nextType());
  if (outcome.kind === 'refused' && reason(outcome).startsWith('BPF program is too large')) return undefined;
  const maps = engineMaps(values);
  const own = runRaw(bytes, memory, { maps });
  return {
    own:
      own.kind === 'returned'
        ? {
            r0: unsigned(own.lo, own.hi),
            memory: hex(own.memory),
            maps: maps.map(({ view }) => hex(new Uint8Array(view.buffer as ArrayBuffer))),
          }
        : own,
    kernels:
      outcome.kind === 'ran'
        ? { r0: outcome.r0, memory: hex(outcome.memory), maps: outcome.maps.map(hex) }
        : reason(outcome),
  };
}

describe.skipIf(absent)('runRaw and the Linux kernel, random programs', () => {
  it(`leave the same result and memory, ${CASES} programs`, () => {
    let tooLong = 0;
    const property = fc.property(randomProgram(), (program) => {
      const results = both(program);
      if (results === undefined) tooLong++;
      else expect(results.own).toEqual(results.kernels);
    });
    fc.assert(property, { numRuns: CASES });
    expect(tooLong).toBeLessThanOrEqual(1 + CASES / 5_000);
  });

  it('leave no descriptor open after a run or a refusal', () => {
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const exit = encodeInstructions([{ kind: 'exit' }]); // r0 is not set
    expect(kernel().run({ bytes: exit, memory: new Uint8Array(8), maps: [] }, 'xdp')).toMatchObject({
      kind: 'refused',
      log: expect.stringContaining('R0 !read_ok'),
    });
    for (const program of fc.sample(randomProgram(), { numRuns: 3 })) both(program);
    expect(descriptors()).toBe(before);
  });
});
