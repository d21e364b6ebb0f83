/** Each form of the assembler against literal bytes, and these against the GNU assemblers where they are installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../src/codegen/linux/launcher/asm/assemble.js';
import * as asm from '../../../src/codegen/linux/launcher/asm/forms.js';
import type { Architecture, CpuForm } from '../../../src/codegen/linux/launcher/asm/forms.js';
import { has } from '../../support/tools.js';

interface Literal {
  readonly form: CpuForm;
  /** The bytes, and the instructions as the GNU assembler reads them (Intel syntax on x86-64). */
  readonly x86: readonly [bytes: string, text: string];
  readonly arm: readonly [bytes: string, text: string];
}

/** `start` is the address of the form, `data` lies behind it. */
const START = 0x400000;
const DATA = 0x1238;

// prettier-ignore
const LITERALS: readonly Literal[] = [
  { form: asm.constant('a0', 0), x86: ['31ff', 'xor edi, edi'], arm: ['000080d2', 'movz x0, #0'] },
  { form: asm.constant('a4', 0), x86: ['4531c0', 'xor r8d, r8d'], arm: ['040080d2', 'movz x4, #0'] },
  { form: asm.constant('a0', 0x1234), x86: ['bf34120000', 'mov edi, 0x1234'], arm: ['804682d2', 'movz x0, #0x1234'] },
  { form: asm.constant('s2', 0x12345678), x86: ['41bc78563412', 'mov r12d, 0x12345678'], arm: ['15cf8ad29546a2f2', 'movz x21, #0x5678; movk x21, #0x1234, lsl #16'] },
  { form: asm.constant('a1', 0xffffffff), x86: ['beffffffff', 'mov esi, 0xffffffff'], arm: ['e1ff9fd2e1ffbff2', 'movz x1, #0xffff; movk x1, #0xffff, lsl #16'] },
  { form: asm.constant('a0', -100), x86: ['48c7c79cffffff', 'mov rdi, -100'], arm: ['600c8092', 'movn x0, #0x63'] },
  { form: asm.constant('s5', -1), x86: ['49c7c7ffffffff', 'mov r15, -1'], arm: ['18008092', 'movn x24, #0'] },
  { form: asm.constant('a2', 0x123456789abcdef0n), x86: ['48baf0debc9a78563412', 'movabs rdx, 0x123456789abcdef0'], arm: ['02de9bd28257b3f202cfcaf28246e2f2', 'movz x2, #0xdef0; movk x2, #0x9abc, lsl #16; movk x2, #0x5678, lsl #32; movk x2, #0x1234, lsl #48'] },
  { form: asm.constant('ret', -0x80000001), x86: ['48b8ffffff7fffffffff', 'movabs rax, -0x80000001'], arm: ['0900b092', 'movn x9, #0x8000, lsl #16'] },
  { form: asm.constant('a5', 0xffffffffffff0000n), x86: ['49c7c10000ffff', 'mov r9, -0x10000'], arm: ['e5ff9f92', 'movn x5, #0xffff'] },
  { form: asm.address('a3', 'data'), x86: ['41ba38124000', 'mov r10d, 0x401238'], arm: ['034782d20308a0f2', 'movz x3, #0x1238; movk x3, #0x40, lsl #16'] },
  { form: asm.address('s0', 'data'), x86: ['bb38124000', 'mov ebx, 0x401238'], arm: ['134782d21308a0f2', 'movz x19, #0x1238; movk x19, #0x40, lsl #16'] },
  { form: asm.move('s1', 'ret'), x86: ['4889c5', 'mov rbp, rax'], arm: ['f40309aa', 'mov x20, x9'] },
  { form: asm.move('a5', 's4'), x86: ['4d89f1', 'mov r9, r14'], arm: ['e50317aa', 'mov x5, x23'] },
  { form: asm.stack('s5'), x86: ['4989e7', 'mov r15, rsp'], arm: ['f8030091', 'mov x24, sp'] },
  { form: asm.load('a0', 's5', 8), x86: ['498b7f08', 'mov rdi, [r15+ 8]'], arm: ['000740f9', 'ldr x0, [x24, #8]'] },
  { form: asm.load('s2', 's2'), x86: ['4d8b2424', 'mov r12, [r12+ 0]'], arm: ['b50240f9', 'ldr x21, [x21]'] },
  { form: asm.load('a1', 's1', 32, 4), x86: ['8b7520', 'mov esi, [rbp+ 32]'], arm: ['812240b9', 'ldr w1, [x20, #32]'] },
  { form: asm.load('a4', 's2', 400, 4), x86: ['458b842490010000', 'mov r8d, [r12+ 400]'], arm: ['a49241b9', 'ldr w4, [x21, #400]'] },
  { form: asm.load('a1', 's0', 0, 1), x86: ['0fb633', 'movzx esi, byte ptr [rbx+ 0]'], arm: ['61024039', 'ldrb w1, [x19]'] },
  { form: asm.load('s3', 'a0', 3, 1), x86: ['440fb66f03', 'movzx r13d, byte ptr [rdi+ 3]'], arm: ['160c4039', 'ldrb w22, [x0, #3]'] },
  { form: asm.store('ret', 's3'), x86: ['49894500', 'mov [r13+ 0], rax'], arm: ['c90200f9', 'str x9, [x22]'] },
  { form: asm.store('a4', 'a1', 12, 4), x86: ['4489460c', 'mov [rsi+ 12], r8d'], arm: ['240c00b9', 'str w4, [x1, #12]'] },
  { form: asm.store('a1', 's0', 0, 1), x86: ['408833', 'mov [rbx+ 0], sil'], arm: ['61020039', 'strb w1, [x19]'] },
  { form: asm.store('s5', 's2', 2, 1), x86: ['45887c2402', 'mov [r12+ 2], r15b'], arm: ['b80a0039', 'strb w24, [x21, #2]'] },
  { form: asm.add('s1', 40), x86: ['4883c528', 'add rbp, 40'], arm: ['94a20091', 'add x20, x20, #40'] },
  { form: asm.add('a0', 'a1'), x86: ['4801f7', 'add rdi, rsi'], arm: ['0000018b', 'add x0, x0, x1'] },
  { form: asm.add('s0', 4096), x86: ['4881c300100000', 'add rbx, 4096'], arm: ['100082d27302108b', 'movz x16, #0x1000; add x19, x19, x16'] },
  { form: asm.add('s4', -1), x86: ['4983c6ff', 'add r14, -1'], arm: ['10008092f702108b', 'movn x16, #0; add x23, x23, x16'] },
  { form: asm.sub('s2', 1), x86: ['4983ec01', 'sub r12, 1'], arm: ['b50600d1', 'sub x21, x21, #1'] },
  { form: asm.sub('a2', 's0'), x86: ['4829da', 'sub rdx, rbx'], arm: ['420013cb', 'sub x2, x2, x19'] },
  { form: asm.and('s4', 32), x86: ['4983e620', 'and r14, 32'], arm: ['100480d2f702108a', 'movz x16, #32; and x23, x23, x16'] },
  { form: asm.and('s2', 's3'), x86: ['4d21ec', 'and r12, r13'], arm: ['b502168a', 'and x21, x21, x22'] },
  { form: asm.or('ret', 'a3'), x86: ['4c09d0', 'or rax, r10'], arm: ['290103aa', 'orr x9, x9, x3'] },
  { form: asm.or('a0', 0x7fffffff), x86: ['4881cfffffff7f', 'or rdi, 0x7fffffff'], arm: ['f0ff9fd2f0ffaff2000010aa', 'movz x16, #0xffff; movk x16, #0x7fff, lsl #16; orr x0, x0, x16'] },
  { form: asm.branch('eq', 'a1', 0, 'data'), x86: ['4883fe000f842e120000', 'cmp rsi, 0; je data'], arm: ['3f0000f1a0910054', 'cmp x1, #0; b.eq data'] },
  { form: asm.branch('ne', 'a2', 's3', 'data'), x86: ['4c39ea0f852f120000', 'cmp rdx, r13; jne data'], arm: ['5f0016eba1910054', 'cmp x2, x22; b.ne data'] },
  { form: asm.branch('below', 'a0', 2, 'start'), x86: ['4883ff020f82f6ffffff', 'cmp rdi, 2; jb start'], arm: ['1f0800f1e3ffff54', 'cmp x0, #2; b.lo start'] },
  { form: asm.branch('atLeast', 'ret', -4095, 'data'), x86: ['483d01f0ffff0f832c120000', 'cmp rax, -4095; jae data'], arm: ['d0ff81923f0110eb82910054', 'movn x16, #0xffe; cmp x9, x16; b.hs data'] },
  { form: asm.branch('lt', 's0', 1, 'start'), x86: ['4883fb010f8cf6ffffff', 'cmp rbx, 1; jl start'], arm: ['7f0600f1ebffff54', 'cmp x19, #1; b.lt start'] },
  { form: asm.branch('ge', 's1', 's2', 'data'), x86: ['4c39e50f8d2f120000', 'cmp rbp, r12; jge data'], arm: ['9f0215ebaa910054', 'cmp x20, x21; b.ge data'] },
  { form: asm.jump('data'), x86: ['e933120000', 'jmp data'], arm: ['8e040014', 'b data'] },
  { form: asm.jump('start'), x86: ['e9fbffffff', 'jmp start'], arm: ['00000014', 'b start'] },
  { form: asm.call('data'), x86: ['e833120000', 'call data'], arm: ['8e040094', 'bl data'] },
  { form: asm.enter(), x86: ['', ''], arm: ['fe0f1ff8', 'str x30, [sp, #-16]!'] },
  { form: asm.leave(), x86: ['c3', 'ret'], arm: ['fe0741f8c0035fd6', 'ldr x30, [sp], #16; ret'] },
  { form: asm.syscall(446), x86: ['b8be0100000f05', 'mov eax, 446; syscall'], arm: ['c83780d2010000d4e90300aa', 'movz x8, #446; svc #0; mov x9, x0'] },
  { form: asm.syscallByNumber(), x86: ['0f05', 'syscall'], arm: ['e80309aa010000d4e90300aa', 'mov x8, x9; svc #0; mov x9, x0'] },
];

const SPACING = 0x2000;
const TOOLS: Readonly<Record<Architecture, { readonly prefix: string; readonly head: string }>> = {
  'x86-64': { prefix: '', head: '.intel_syntax noprefix\n' },
  aarch64: { prefix: 'aarch64-linux-gnu-', head: '' },
};

const bytesOf = (form: CpuForm, architecture: Architecture): string =>
  Buffer.from(
    assemble([asm.label('start'), form], architecture, START, new Map([['data', START + DATA]])),
  ).toString('hex');

/** Assembles all texts with the GNU assembler; returns the bytes of each, as long as it is. */
function gnuBytes(
  texts: readonly string[],
  architecture: Architecture,
  lengths: readonly number[],
): string[] {
  const { prefix, head } = TOOLS[architecture];
  const folder = mkdtempSync(join(tmpdir(), 'llp-as-'));
  try {
    const source = texts.map((text, i) => {
      const own = text.replace(/\b(start|data)\b/g, `$1${i}`).replace(/\b(j\w+) /g, '{disp32} $1 ');
      return `.balign ${SPACING}, 0xff\nstart${i}:\n${own.replaceAll(';', '\n')}\n.org start${i} + ${DATA}\ndata${i}:\n`;
    });
    writeFileSync(join(folder, 'a.s'), head + source.join(''));
    for (const [tool, ...args] of [
      [`${prefix}as`, '-o', 'a.o', 'a.s'],
      [`${prefix}objcopy`, '-O', 'binary', '-j', '.text', 'a.o', 'a.bin'],
    ]) {
      const { status, stderr } = spawnSync(tool ?? '', args, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
    const all = readFileSync(join(folder, 'a.bin'));
    return lengths.map((length, i) => all.subarray(i * SPACING, i * SPACING + length).toString('hex'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each([
  ['x86-64', 'x86', 'as'],
  ['aarch64', 'arm', 'aarch64-linux-gnu-as'],
] as const)('encoder of %s', (architecture, column, tool) => {
  it('gives the literal bytes of each form', () => {
    expect(LITERALS.map(({ form }) => bytesOf(form, architecture))).toEqual(
      LITERALS.map((row) => row[column][0]),
    );
  });

  it.skipIf(!has(tool))('gives the bytes of the GNU assembler', () => {
    const bytes = LITERALS.map((row) => row[column][0]);
    const gnu = gnuBytes(
      LITERALS.map((row) => row[column][1]),
      architecture,
      bytes.map((hex) => hex.length / 2),
    );
    expect(gnu).toEqual(bytes);
  });

  it('resolves labels before and after', () => {
    const code = [asm.jump('b'), asm.label('a'), asm.enter(), asm.label('b'), asm.jump('a')];
    const bytes = Buffer.from(assemble(code, architecture, START)).toString('hex');
    expect(bytes).toBe(architecture === 'aarch64' ? '02000014fe0f1ff8ffffff17' : 'e900000000e9fbffffff');
  });

  it('refuses a label that is missing or that stands twice', () => {
    expect(() => assemble([asm.jump('a')], architecture, START)).toThrow('the label a is missing');
    expect(() => assemble([asm.label('a'), asm.label('a')], architecture, START)).toThrow(
      'the label a stands twice',
    );
  });
});

describe('encoder of aarch64', () => {
  const branchOver = (count: number): readonly CpuForm[] => [
    asm.branch('eq', 'a0', 0, 'end'),
    ...Array.from({ length: count }, () => asm.move('a0', 'a1')),
    asm.label('end'),
  ];

  it('never cuts the distance of a branch: a branch that reaches too far is an error', () => {
    expect(assemble(branchOver(2 ** 18 - 3), 'aarch64', START)).toHaveLength(4 * (2 ** 18 - 1));
    expect(() => assemble(branchOver(2 ** 18), 'aarch64', START)).toThrow(
      'a branch reaches 262144 instructions',
    );
  });

  it('refuses an offset that the instruction cannot hold', () => {
    for (const offset of [-8, 4, 8 * 4096])
      expect(() => assemble([asm.load('a0', 'a1', offset)], 'aarch64', START)).toThrow('small multiple');
  });
});
