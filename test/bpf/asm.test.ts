import { describe, expect, it } from 'vitest';
import * as asm from '../../src/bpf/asm.js';
import { R0, R1, R2, R3, R6, R10, at, exit } from '../../src/bpf/asm.js';
import { encode } from '../../src/bpf/encode.js';
import type { EncodeError } from '../../src/bpf/encode.js';
import type { AsmInstruction } from '../../src/bpf/types.js';

function bytesOf(program: readonly AsmInstruction[], maps: readonly string[] = []): string {
  const outcome = encode(program, maps);
  if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.errors));
  return Buffer.from(outcome.bytes).toString('hex');
}

function errorsOf(program: readonly AsmInstruction[], maps: readonly string[] = []): readonly EncodeError[] {
  const outcome = encode(program, maps);
  return outcome.kind === 'failed' ? outcome.errors : [];
}

/** Constructor against the literal bytes of RFC 9669: opcode, source and destination, offset, immediate. */
const LITERALS: readonly (readonly [string, AsmInstruction, string])[] = [
  ['mov64', asm.mov64(R6, R1), 'bf16000000000000'],
  ['mov32', asm.mov32(R2, R3), 'bc32000000000000'],
  ['movImm64', asm.movImm64(R0, -1), 'b7000000ffffffff'],
  ['movImm64, unsigned', asm.movImm64(R0, 0xffffffff), 'b7000000ffffffff'],
  ['movImm32', asm.movImm32(R0, 1), 'b400000001000000'],
  ['add64', asm.add64(R1, R2), '0f21000000000000'],
  ['addImm64', asm.addImm64(R10, -8), '070a0000f8ffffff'],
  ['add32', asm.add32(R1, R2), '0c21000000000000'],
  ['sub64', asm.sub64(R1, R2), '1f21000000000000'],
  ['subImm32', asm.subImm32(R1, 2), '1401000002000000'],
  ['mul64', asm.mul64(R1, R2), '2f21000000000000'],
  ['divImm64', asm.divImm64(R1, 3), '3701000003000000'],
  ['mod32', asm.mod32(R1, R2), '9c21000000000000'],
  ['or64', asm.or64(R1, R2), '4f21000000000000'],
  ['orImm64', asm.orImm64(R1, 4), '4701000004000000'],
  ['and64', asm.and64(R1, R2), '5f21000000000000'],
  ['andImm32', asm.andImm32(R1, 0x7fff), '54010000ff7f0000'],
  ['xor64', asm.xor64(R1, R2), 'af21000000000000'],
  ['lshImm64', asm.lshImm64(R1, 32), '6701000020000000'],
  ['rshImm64', asm.rshImm64(R1, 32), '7701000020000000'],
  ['arshImm64', asm.arshImm64(R1, 63), 'c70100003f000000'],
  ['neg64', asm.neg64(R1), '8701000000000000'],
  ['neg32', asm.neg32(R1), '8401000000000000'],
  ['endian le', asm.endian('le', 16, R1), 'd401000010000000'],
  ['endian be', asm.endian('be', 64, R1), 'dc01000040000000'],
  ['endian swap', asm.endian('swap', 32, R1), 'd701000020000000'],
  ['movsx', asm.movsx(64, 8, R1, R2), 'bf21080000000000'],
  ['movsx 32', asm.movsx(32, 16, R1, R2), 'bc21100000000000'],
  ['ldx 8', asm.ldx(8, R2, R6, 16), '7962100000000000'],
  ['ldx 4', asm.ldx(4, R2, R6, 4), '6162040000000000'],
  ['ldx 2', asm.ldx(2, R2, R6, -2), '6962feff00000000'],
  ['ldx 1', asm.ldx(1, R2, R6, 24), '7162180000000000'],
  ['ldxs 4', asm.ldxs(4, R2, R6, 0), '8162000000000000'],
  ['stx 8', asm.stx(8, R6, 0, R2), '7b26000000000000'],
  ['stx 1', asm.stx(1, R10, -1, R2), '732affff00000000'],
  ['st 4', asm.st(4, R10, -4, 7), '620afcff07000000'],
  ['atomic', asm.atomic(64, 'add', true, R10, -8, R1), 'db1af8ff01000000'],
  ['atomic 32', asm.atomic(32, 'cmpxchg', true, R10, -8, R1), 'c31af8fff1000000'],
  ['ldImm64', asm.ldImm64(R1, 0x11223344, 0x55667788), '18010000443322110000000088776655'],
  ['ldMap', asm.ldMap(R1, 'b'), '18110000010000000000000000000000'],
  ['ldMapValue', asm.ldMapValue(R1, 'b', 8), '18210000010000000000000008000000'],
  ['callHelper', asm.callHelper(60), '850000003c000000'],
  ['exit', exit(), '9500000000000000'],
];

/** Jumps over one instruction: offset 1. */
const JUMPS: readonly (readonly [string, AsmInstruction, string])[] = [
  ['ja', asm.ja('to'), '0500010000000000'],
  ['jaWide', asm.jaWide('to'), '0600000001000000'],
  ['jeqImm', asm.jeqImm(R0, 0, 'to'), '1500010000000000'],
  ['jeq', asm.jeq(R0, R1, 'to'), '1d10010000000000'],
  ['jneImm', asm.jneImm(R0, 3, 'to'), '5500010003000000'],
  ['jsetImm', asm.jsetImm(R0, 8, 'to'), '4500010008000000'],
  ['jgtImm', asm.jgtImm(R0, 8, 'to'), '2500010008000000'],
  ['jge', asm.jge(R0, R1, 'to'), '3d10010000000000'],
  ['jlt', asm.jlt(R0, R1, 'to'), 'ad10010000000000'],
  ['jleImm', asm.jleImm(R0, 8, 'to'), 'b500010008000000'],
  ['jsgt', asm.jsgt(R0, R1, 'to'), '6d10010000000000'],
  ['jsge', asm.jsge(R0, R1, 'to'), '7d10010000000000'],
  ['jslt', asm.jslt(R0, R1, 'to'), 'cd10010000000000'],
  ['jsle', asm.jsle(R0, R1, 'to'), 'dd10010000000000'],
  ['jeqImm32', asm.jeqImm32(R0, 0, 'to'), '1600010000000000'],
  ['jsetImm32', asm.jsetImm32(R0, 8, 'to'), '4600010008000000'],
  ['callLocal', asm.callLocal('to'), '8510000001000000'],
];

describe('asm, constructors', () => {
  it.each(LITERALS)('%s', (_, instruction, hex) => {
    expect(bytesOf([instruction], ['a', 'b'])).toBe(hex);
  });

  it.each(JUMPS)('%s', (_, instruction, hex) => {
    expect(bytesOf([instruction, exit(), at('to', exit())])).toBe(`${hex}${'9500000000000000'.repeat(2)}`);
  });

  it('throws for a value out of range: it is a fault of the compiler', () => {
    expect(() => asm.movImm64(R0, 2 ** 32)).toThrow('does not fit 32 bits');
    expect(() => asm.ldx(8, R0, R1, 40000)).toThrow('does not fit 16 bits');
    expect(() => asm.movsx(32, 32, R0, R1)).toThrow('movsx');
  });
});

describe('encode', () => {
  it('counts slots in distances and instructions in counts', () => {
    const program = [asm.jeqImm(R0, 0, 'end'), asm.ldMap(R1, 'm'), at('end', exit())];
    const outcome = encode(program, ['m']);
    expect(outcome).toMatchObject({ kind: 'encoded', instructions: 3 });
    expect(bytesOf(program, ['m']).slice(4, 8)).toBe('0200');
  });

  it('gives the origin of each slot, both of LD_IMM64', () => {
    const origin = { span: { source: 0, start: 1, end: 2 }, note: 'why' };
    const outcome = encode([asm.from(origin, asm.ldMap(R1, 'm')), exit()], ['m']);
    expect(outcome).toMatchObject({ origins: [origin, origin, undefined] });
  });

  it('allows backward jumps', () => {
    expect(bytesOf([at('to', exit()), asm.ja('to')]).slice(16)).toBe('0500feff00000000');
  });

  it('reports every fault of a program', () => {
    const program = [
      at('a', asm.ja('nowhere')),
      at('a', asm.ldMap(R1, 'none')),
      { op: asm.ja('a').op },
      { ...exit(), target: 'a' },
    ];
    expect(errorsOf(program)).toEqual([
      { kind: 'duplicate_label', index: 1, label: 'a' },
      { kind: 'unknown_label', index: 0, label: 'nowhere' },
      { kind: 'unknown_map', index: 1, map: 'none' },
      { kind: 'missing_target', index: 2 },
      { kind: 'unexpected_target', index: 3, label: 'a' },
    ]);
  });

  it('reports a jump that is too far, and never cuts it off', () => {
    const body = Array.from({ length: 40000 }, () => asm.movImm64(R0, 0));
    const program = [asm.jeqImm(R0, 0, 'end'), ...body, at('end', exit())];
    expect(errorsOf(program)).toEqual([{ kind: 'too_far', index: 0, label: 'end', distance: 40000 }]);
    expect(errorsOf([asm.jaWide('end'), ...program.slice(1)])).toEqual([]);
  });
});
