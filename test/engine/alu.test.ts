import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { instructionOf } from '../../src/bpf/fields.js';
import { OPCODES, mnemonicOf } from '../../src/bpf/isa.js';
import type { OpRow } from '../../src/bpf/isa.js';
import { R0, R1, at, exit, ldImm64, movImm64 } from '../../src/bpf/asm.js';
import { encode } from '../../src/bpf/encode.js';
import type { AluOp, Instruction, JumpOp } from '../../src/bpf/types.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import { fc } from '../support/random.js';

/*
 * The oracle: RFC 9669 section 4 over BigInt, on values of one width. a and b are unsigned; `s` gives the
 * signed reading.
 */
const u = (width: number, n: bigint): bigint => BigInt.asUintN(width, n);
const s = (width: number, n: bigint): bigint => BigInt.asIntN(width, n);

function aluOracle(op: AluOp, w: 32 | 64, a: bigint, b: bigint): bigint {
  const shift = b & BigInt(w - 1);
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'sdiv':
      return b === 0n ? 0n : s(w, a) / s(w, b);
    case 'mod':
      return b === 0n ? a : a % b;
    case 'smod':
      return b === 0n ? a : s(w, a) % s(w, b);
    case 'or':
      return a | b;
    case 'and':
      return a & b;
    case 'xor':
      return a ^ b;
    case 'mov':
      return b;
    case 'lsh':
      return a << shift;
    case 'rsh':
      return a >> shift;
    case 'arsh':
      return s(w, a) >> shift;
  }
}

function jumpOracle(op: JumpOp, w: 32 | 64, a: bigint, b: bigint): boolean {
  const [sa, sb] = [s(w, a), s(w, b)];
  switch (op) {
    case 'jeq':
      return a === b;
    case 'jne':
      return a !== b;
    case 'jset':
      return (a & b) !== 0n;
    case 'jgt':
      return a > b;
    case 'jge':
      return a >= b;
    case 'jlt':
      return a < b;
    case 'jle':
      return a <= b;
    case 'jsgt':
      return sa > sb;
    case 'jsge':
      return sa >= sb;
    case 'jslt':
      return sa < sb;
    case 'jsle':
      return sa <= sb;
  }
}

function oracle(op: Instruction, a: bigint, b: bigint): bigint {
  switch (op.kind) {
    case 'alu':
      return u(op.width, aluOracle(op.op, op.width, u(op.width, a), u(op.width, b)));
    case 'neg':
      return u(op.width, -a);
    case 'movsx':
      return u(op.width, s(op.bits, b));
    case 'endian': {
      if (op.order === 'le') return u(op.bits, a);
      const bytes = Array.from({ length: op.bits / 8 }, (_, i) => u(8, a >> BigInt(8 * i)));
      return bytes.reduce((n, byte) => (n << 8n) | byte, 0n);
    }
    case 'jump':
      return jumpOracle(op.op, op.width, u(op.width, a), u(op.width, b)) ? 1n : 0n;
    default:
      throw new Error(`no oracle for ${op.kind}`);
  }
}

const halves = (n: bigint): [number, number] => [Number(u(32, n)), Number(u(32, n >> 32n))];

/** r0 = a op b; for a jump, whether it jumps. */
function run(op: Instruction, a: bigint, b: bigint): bigint {
  const load = encode([ldImm64(R0, ...halves(a)), ldImm64(R1, ...halves(b)), exit()]);
  const tail = encode([movImm64(R0, 0), exit(), at('taken', movImm64(R0, 1)), exit()]);
  if (load.kind === 'failed' || tail.kind === 'failed') throw new Error('the frame does not encode');
  const end = op.kind === 'jump' ? tail.resolved : load.resolved.slice(-1);
  const outcome = runRaw(encodeInstructions([...load.resolved.slice(0, 2), op, ...end]), new Uint8Array());
  if (outcome.kind !== 'returned') throw new Error(JSON.stringify(outcome));
  return (BigInt(outcome.hi >>> 0) << 32n) | BigInt(outcome.lo >>> 0);
}

const edges = [0n, 1n, 2n, 31n, 32n, 33n, 63n, 64n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n];
const large = [0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffffffffffn, 0x1fffffffffffffn];
const value = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: (1n << 53n) + 9n }),
  fc.constantFrom(...edges, ...large),
);

const ROWS = OPCODES.filter((r) => ['alu', 'neg', 'movsx', 'endian', 'jump'].includes(r.shape.kind));
const named = (row: OpRow): [string, OpRow] => [`${mnemonicOf(row.shape)} ${row.form}`, row];

describe('runRaw, arithmetic and comparisons agree with BigInt', () => {
  it.each(ROWS.map(named))('%s', (_, row) => {
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, same) => {
        // The second operand: r1, or r0 itself, or the low half of b as an immediate.
        const imm = Number(s(32, b));
        const fields = { opcode: row.opcode, dst: 0, src: same ? 0 : 1, off: 2, imm, next: undefined };
        const op = instructionOf(row, { ...fields, ...row.fixed });
        const immediate = row.form.endsWith('_imm');
        const second = immediate ? u(64, BigInt(imm)) : same && row.fixed.src === undefined ? a : b;
        expect(run(op, a, b)).toBe(oracle(op, a, second));
      }),
      { numRuns: 150 },
    );
  });
});
