/**
 * Random programs of forms: the processor, the emulator of the other architecture, and an interpreter of the forms must leave
 * the same registers. So what a form means is decided by three readings, and no encoding is wrong alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as asm from '../../../src/codegen/linux/launcher/asm/forms.js';
import type { Architecture, CpuForm, CpuReg } from '../../../src/codegen/linux/launcher/asm/forms.js';
import { executableOf, makeGenerator, numberOf } from '../../../src/codegen/linux/launcher/generator.js';
import { cases, fc } from '../../support/random.js';
import { has } from '../../support/tools.js';

/** `s5` points to where the registers are written; `s4` points to memory that programs use. */
const REGS: readonly CpuReg[] = ['ret', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 's0', 's1', 's2', 's3'];
const SCRATCH = 64;
const WIDTHS = [1, 4, 8] as const;
const mask = (value: bigint): bigint => BigInt.asUintN(64, value);

/** A form without labels, or a branch over the next `skipped` forms. */
type RandomForm =
  { readonly form: CpuForm } | { readonly branch: CpuForm & { kind: 'branch' }; readonly skipped: number };

const reg = fc.constantFrom(...REGS);
const small = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.constantFrom(0, 1, -1, 127, 128, -128, -129, 4095, 4096, -4095),
);
const wide = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
  fc
    .tuple(fc.constantFrom(0n, 0xffffn), fc.nat(0xffff), fc.integer({ min: 0, max: 3 }))
    .map(([fill, half, at]) =>
      [0, 1, 2, 3].reduce((all, i) => all | ((i === at ? BigInt(half) : fill) << BigInt(16 * i)), 0n),
    ),
  small.map(BigInt),
);
const condition = fc.constantFrom('eq', 'ne', 'lt', 'ge', 'below', 'atLeast' as const);
const access = fc
  .constantFrom(...WIDTHS)
  .chain((width) => fc.nat(SCRATCH / width - 1).map((index) => [width, index * width] as const));
const arbitraryForm: fc.Arbitrary<RandomForm> = fc.oneof(
  fc.tuple(reg, wide).map(([to, value]) => ({ form: asm.constant(to, value) })),
  fc.tuple(reg, reg).map(([to, from]) => ({ form: asm.move(to, from) })),
  fc
    .tuple(fc.constantFrom(asm.add, asm.sub, asm.and, asm.or), reg, fc.oneof(reg, small))
    .map(([operation, to, by]) => ({ form: operation(to, by) })),
  fc.tuple(reg, access).map(([to, [width, at]]) => ({ form: asm.load(to, 's4', at, width) })),
  fc.tuple(reg, access).map(([from, [width, at]]) => ({ form: asm.store(from, 's4', at, width) })),
  fc.tuple(condition, reg, fc.oneof(reg, small), fc.nat(4)).map(([when, left, right, skipped]) => ({
    branch: asm.branch(when, left, right, '') as CpuForm & { kind: 'branch' },
    skipped,
  })),
);
const arbitraryProgram = fc.array(arbitraryForm, { maxLength: 24 });

/** Runs a program as the comments of `forms.ts` say, from registers that are 0. Returns the registers. */
function interpret(program: readonly RandomForm[]): bigint[] {
  const regs = new Map<string, bigint>(REGS.map((name) => [name, 0n]));
  const memory = Buffer.alloc(SCRATCH);
  const of = (value: CpuReg | number): bigint =>
    typeof value === 'number' ? mask(BigInt(value)) : (regs.get(value) ?? 0n);
  for (let i = 0; i < program.length; i++) {
    const step = program[i];
    if (step === undefined) break;
    if ('branch' in step) {
      const { when, left, right } = step.branch;
      const [a, b] = [of(left), of(right)];
      const [x, y] = [BigInt.asIntN(64, a), BigInt.asIntN(64, b)];
      const holds = { eq: a === b, ne: a !== b, lt: x < y, ge: x >= y, below: a < b, atLeast: a >= b }[when];
      if (holds) i += step.skipped;
      continue;
    }
    const { form } = step;
    if (form.kind === 'constant') regs.set(form.to, mask(form.value));
    else if (form.kind === 'move') regs.set(form.to, of(form.from));
    else if (form.kind === 'load')
      regs.set(
        form.reg,
        BigInt(
          `0x${Buffer.from(memory.subarray(form.offset, form.offset + form.width))
            .reverse()
            .toString('hex')}`,
        ),
      );
    else if (form.kind === 'store') {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(of(form.reg));
      bytes.copy(memory, form.offset, 0, form.width);
    } else if (form.kind === 'operate') {
      const [a, b] = [of(form.to), of(form.by)];
      regs.set(form.to, mask({ add: a + b, sub: a - b, and: a & b, or: a | b }[form.operation]));
    }
  }
  return REGS.map((name) => of(name));
}

/** An executable that runs the programs one after another, each with fresh registers and memory, and writes all registers. */
function executable(programs: readonly (readonly RandomForm[])[], architecture: Architecture): Uint8Array {
  const to = makeGenerator(architecture);
  const size = programs.length * REGS.length * 8;
  const out = to.memory.part('out', size);
  const forms = programs.flatMap((program, p) => {
    const scratch = to.memory.part(`scratch ${p}`, SCRATCH);
    const labelled = program.flatMap((step, i): CpuForm[] => {
      const here = asm.label(`${p}.${i}`);
      if (!('branch' in step)) return [here, step.form];
      const target = Math.min(i + 1 + step.skipped, program.length);
      return [here, { ...step.branch, to: `${p}.${target}` }];
    });
    return [
      ...REGS.map((name) => asm.constant(name, 0)),
      asm.address('s4', scratch),
      ...labelled,
      asm.label(`${p}.${program.length}`),
      ...REGS.map((name, i) => asm.store(name, 's5', 8 * i)),
      asm.add('s5', 8 * REGS.length),
    ];
  });
  return executableOf(
    [
      asm.address('s5', out),
      ...forms,
      asm.constant('a0', 1),
      asm.address('a1', out),
      asm.constant('a2', size),
      asm.syscall(numberOf('write', architecture)),
      asm.constant('a0', 0),
      asm.syscall(numberOf('exit_group', architecture)),
    ],
    to,
  );
}

function registersAfter(
  programs: readonly (readonly RandomForm[])[],
  architecture: Architecture,
): bigint[][] {
  const folder = mkdtempSync(join(tmpdir(), 'forms-'));
  try {
    const file = join(folder, 'forms');
    writeFileSync(file, executable(programs, architecture), { mode: 0o755 });
    const [command, ...args] = architecture === 'aarch64' ? ['qemu-aarch64', file] : [file];
    const { stdout, status, signal } = spawnSync(command ?? '', args);
    if (status !== 0) throw new Error(`the programs end with ${String(status ?? signal)}`);
    return programs.map((_, p) => REGS.map((_name, i) => stdout.readBigUInt64LE(8 * (p * REGS.length + i))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const onX86 = platform() === 'linux' && arch() === 'x64';

describe('forms', () => {
  it.skipIf(!onX86).each(['x86-64', 'aarch64'] as const)(
    'leave the registers of the interpreter on %s',
    (architecture) => {
      if (architecture === 'aarch64' && !has('qemu-aarch64')) return;
      fc.assert(
        fc.property(fc.array(arbitraryProgram, { minLength: 1, maxLength: 30 }), (programs) => {
          expect(registersAfter(programs, architecture)).toEqual(programs.map(interpret));
        }),
        { numRuns: cases(150) },
      );
    },
  );
});
