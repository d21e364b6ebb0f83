import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { disassemble, listing } from '../../src/bpf/disasm.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { distanceOf } from '../../src/bpf/fields.js';
import { OPCODES, rowOf } from '../../src/bpf/isa.js';
import { parseAsm } from '../../src/bpf/parse.js';
import { anyInstruction } from '../support/programs.js';
import { fc } from '../support/random.js';

describe('OPCODES', () => {
  it('has one row for each opcode and fixed fields', () => {
    const keys = OPCODES.map((r) => `${r.opcode} ${JSON.stringify(r.fixed)}`);
    expect(new Set(keys).size).toBe(OPCODES.length);
    expect(new Set(OPCODES.map((r) => `${r.mnemonic} ${r.form}`)).size).toBe(OPCODES.length);
  });

  it('rowOf finds the row of each shape', () => {
    for (const row of OPCODES) expect(rowOf(row.shape)).toBe(row);
  });

  it('has as many instructions in each group as RFC 9669 lists', () => {
    const count = (group: string): number => OPCODES.filter((r) => r.group === group).length;
    expect(['divmul32', 'divmul64', 'atomic32', 'atomic64'].map(count)).toEqual([10, 10, 10, 10]);
  });
});

describe('decode, disassemble and parseAsm, round trips', () => {
  it('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(fc.array(anyInstruction, { maxLength: 20 }), (ops) => {
        const straight = ops.filter((op) => distanceOf(op) === undefined);
        const program = [...straight, rowOf({ kind: 'exit' }).shape];
        const decoded = decode(encodeInstructions(program));
        expect(decoded.errors).toEqual([]);
        expect(decoded.instructions.map((p) => p.instruction)).toEqual(program);
      }),
    );
  });

  it('parseAsm(disassemble(x)) = x', () => {
    fc.assert(
      fc.property(anyInstruction, (op) => {
        expect(parseAsm(disassemble(op))).toEqual({ kind: 'parsed', instructions: [op] });
      }),
      { numRuns: 1000 },
    );
  });

  it('parseAsm(listing(x)) = x', () => {
    const text = 'mov r6, r1 | jeq r0, 0, L1 | lddw_map r1, 0 | L1: ja32 L2 | call_local L1 | L2: exit';
    const parsed = parseAsm(text.replaceAll(' | ', '\n'));
    if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed));
    const { instructions } = decode(encodeInstructions(parsed.instructions));
    expect(parseAsm(listing(instructions, { maps: ['m'] }))).toEqual(parsed);
  });
});
