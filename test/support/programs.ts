/** Shared by the tests of bytecode: programs from assembly text, and arbitrary instructions. */
import fc from 'fast-check';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { instructionOf } from '../../src/bpf/fields.js';
import { OPCODES } from '../../src/bpf/isa.js';
import type { OpRow } from '../../src/bpf/isa.js';
import { parseAsm } from '../../src/bpf/parse.js';
import type { Instruction } from '../../src/bpf/types.js';

/** The bytes of assembly text; a fault in the text is a fault of the test. */
export function assemble(text: string): Uint8Array {
  const parsed = parseAsm(text.replaceAll(' | ', '\n'));
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.errors));
  return encodeInstructions(parsed.instructions);
}

const imm32 = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.constantFrom(0, 1, -1, 63, 64));

/** Any instruction of a row, with any operands. */
function instructionOfRow(row: OpRow): fc.Arbitrary<Instruction> {
  const register = fc.integer({ min: 0, max: 10 });
  const operands = fc.record({
    dst: register,
    src: register,
    off: fc.integer({ min: -0x8000, max: 0x7fff }),
    imm: imm32,
    next: imm32,
  });
  return operands.map((o) => instructionOf(row, { ...o, ...row.fixed, opcode: row.opcode }));
}

export const anyInstruction: fc.Arbitrary<Instruction> = fc.constantFrom(...OPCODES).chain(instructionOfRow);
