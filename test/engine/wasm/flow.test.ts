/** Control flow of every shape, loops with several entries among it: compiled code goes where the interpreter goes. */
import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../../src/bpf/encode.js';
import type { Instruction, JumpOp } from '../../../src/bpf/types.js';
import { i16, i32, reg } from '../../../src/bpf/types.js';
import { runRaw } from '../../../src/runtime/engine/interpreter.js';
import { compileRaw } from '../../../src/runtime/engine/wasm/raw.js';
import { functionFlow, slotIndex } from '../../../src/runtime/engine/wasm/flow.js';
import { decode } from '../../../src/bpf/decode.js';
import { defined } from '../../../src/base/assert.js';
import { fc } from '../../support/random.js';

const FUEL = 400;
const MEMORY = new Uint8Array(8);

interface Piece {
  readonly add: number;
  readonly jump: 'none' | 'always' | 'exit' | JumpOp;
  /** Where to, as a share of the program. */
  readonly to: number;
  readonly than: number;
}

const jumps = ['none', 'always', 'exit', 'jeq', 'jne', 'jgt', 'jslt', 'jset'] as const;
const piece: fc.Arbitrary<Piece> = fc.record({
  add: fc.integer({ min: -3, max: 9 }),
  jump: fc.constantFrom<Piece['jump']>(...jumps, 'jlt', 'jge'),
  to: fc.nat(999),
  than: fc.integer({ min: -5, max: 40 }),
});

/** Two instructions a piece: r0 changes, then something jumps, or nothing does. */
function program(pieces: readonly Piece[]): Instruction[] {
  const start: Instruction = {
    kind: 'alu',
    width: 64,
    op: 'mov',
    dst: reg(0),
    src: { kind: 'imm', imm: i32(1) },
  };
  const slots = 1 + 2 * pieces.length;
  const body = pieces.flatMap(({ add, jump, to, than }, i): Instruction[] => {
    const op: Instruction = {
      kind: 'alu',
      width: 64,
      op: 'add',
      dst: reg(0),
      src: { kind: 'imm', imm: i32(add) },
    };
    const slot = 2 + 2 * i;
    const offset = Math.floor((to * slots) / 1000) - slot - 1;
    if (jump === 'none') return [op, op];
    if (jump === 'exit') return [op, { kind: 'exit' }];
    if (jump === 'always') return [op, { kind: 'ja', wide: false, offset: i32(offset) }];
    const src = { kind: 'imm', imm: i32(than) } as const;
    return [op, { kind: 'jump', width: 64, op: jump, dst: reg(0), src, offset: i16(offset) }];
  });
  return [start, ...body, { kind: 'exit' }];
}

describe('compileRaw, control flow', () => {
  it('takes the jumps of the interpreter, and the same fuel', () => {
    const seen = { returned: 0, starved: 0, irreducible: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.array(piece, { minLength: 1, maxLength: 12 }), { minLength: 20, maxLength: 20 }),
        (all) => {
          const bytes = all.map((pieces) => encodeInstructions(program(pieces)));
          const codes = bytes.map((b) => decode(b).instructions);
          const module = defined(
            compileRaw(codes.map((code) => ({ code, maps: [], countsFuel: true }))),
            'room in linear memory',
          );
          for (const [i, code] of codes.entries()) {
            if (!functionFlow(code, 0, slotIndex(code)).reducible) seen.irreducible++;
            const expected = runRaw(defined(bytes[i], 'a program'), MEMORY, { fuel: FUEL });
            const got = module.run(i, MEMORY.slice(), FUEL);
            if (expected.kind === 'returned') {
              seen.returned++;
              expect(got).toEqual({ kind: 'returned', lo: expected.lo, hi: expected.hi });
            } else {
              seen.starved++;
              expect(got.kind).toBe('out_of_fuel');
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    console.log('control flow', seen);
    expect(Math.min(seen.returned, seen.starved, seen.irreducible)).toBeGreaterThan(20);
  });

  it('compiles blocks that nest as deep as a program is long', () => {
    const count = 16_000;
    const code = decode(
      encodeInstructions(
        program(
          Array.from({ length: count }, (_, i): Piece => {
            return { add: 1, jump: 'jeq', to: Math.ceil(((i + 2) * 1000) / count), than: -1 };
          }),
        ),
      ),
    ).instructions;
    const module = defined(compileRaw([{ code, maps: [], countsFuel: true }]), 'room in linear memory');
    expect(module.run(0, MEMORY.slice(), 1 << 20)).toEqual({ kind: 'returned', lo: count + 1, hi: 0 });
  });
});
