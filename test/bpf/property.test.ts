import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { parseAsm } from '../../src/bpf/parse.js';
import type { Instruction } from '../../src/bpf/types.js';
import { verifyProgram } from '../../src/bpf/verify.js';
import { createInterpreter } from '../../src/runtime/engine/interpreter.js';
import { loadProgram } from '../../src/runtime/engine/load-program.js';
import { createArrayTable, createHashTable, createInodeTable } from '../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../src/runtime/engine/maps.js';
import { anyInstruction } from './programs.js';

const NO_TAGS = { tagHi: 0, getTag: () => 7, setTag: () => -12 };

function maps(): ReadonlyMap<string, EngineMap> {
  const inodes = createInodeTable('inodes', 4);
  inodes.update(5, 1, 2);
  const tables = [inodes, createHashTable('counts', 4, 16, 2), createArrayTable('global', 8, 1)];
  return new Map(tables.map((t) => [t.name, t]));
}
const NAMES = ['inodes', 'counts', 'global'];

const source = (bytes: Uint8Array, hook: 'fs_walk' | 'fs_get') => ({
  name: 'p',
  hook,
  triggerMask: 0,
  bytes,
  maps: NAMES,
});

describe('bytes that nobody wrote', () => {
  it('never make the decoder or the verifier throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        decode(bytes);
        expect(verifyProgram({ ...source(bytes, 'fs_walk'), maps: [] }).kind).toBe('refused');
      }),
      { numRuns: 2000 },
    );
  });

  it('never make the verifier throw when they are instructions', () => {
    fc.assert(
      fc.property(fc.array(anyInstruction, { maxLength: 30 }), (ops) => {
        verifyProgram({ ...source(encodeInstructions(ops), 'fs_get'), maps: [] });
      }),
    );
  });
});

function parsed(text: string): readonly Instruction[] {
  const outcome = parseAsm(text.replaceAll(' | ', '\n'));
  if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.errors));
  return outcome.instructions;
}

const PRELUDE = parsed(
  'mov r6, r1 | mov r7, r10 | mov r0, 0 | mov r2, 5 | stdw [r10-8], 0 | stdw [r10-16], 1',
);
const END = parsed('mov r0, 0 | exit');
/** Pieces that random instructions hardly make: calls with their arguments. */
const PIECES = [
  'ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60',
  'ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | call 61',
  'ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | mov r3, r0 | call 62',
  'mov r2, r7 | add r2, -8 | lddw_map r1, 1 | call 1 | jeq r0, 0, +2 | stdw [r0+8], 1 | lock_xchg [r0+0], r1',
  'mov r2, r7 | add r2, -8 | mov r3, r7 | add r3, -16 | mov r4, 0 | lddw_map r1, 1 | call 2',
  'mov r2, r7 | add r2, -8 | lddw_map r1, 1 | call 3',
  'lddw_map_value r8, 2, 0 | lock_fetch_add [r8+0], r0',
  'ldxdw r4, [r6+0] | jset r4, 1, +1 | mov r4, 1',
].map(parsed);

/** Keeps the pieces that the verifier accepts after those before. */
function grow(pieces: readonly (readonly Instruction[])[], hook: 'fs_walk' | 'fs_get'): Uint8Array {
  let kept: readonly Instruction[] = PRELUDE;
  const all = maps();
  for (const piece of pieces) {
    const candidate = [...kept, ...piece];
    const outcome = loadProgram(source(encodeInstructions([...candidate, ...END]), hook), all);
    if (outcome.kind === 'loaded') kept = candidate;
  }
  return encodeInstructions([...kept, ...END]);
}

describe('what the verifier accepts', () => {
  it('never faults when it is run', () => {
    const piece = fc.oneof(
      anyInstruction.map((op) => [op]),
      fc.constantFrom(...PIECES),
    );
    const word = fc.integer();
    let executed = 0;
    const property = fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.constantFrom('fs_walk' as const, 'fs_get' as const),
      fc.tuple(word, word, fc.integer({ min: 4, max: 6 })),
      (pieces, hook, [cookieLo, cookieHi, object]) => {
        const outcome = loadProgram(source(grow(pieces, hook), hook), maps());
        if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
        const engine = createInterpreter();
        const context = { cookieLo, cookieHi, chain: 3, object, lookup: 1, triggers: 0 };
        engine.run(outcome.program, context, NO_TAGS);
        expect(engine.fault).toBeUndefined();
        executed += engine.executed;
      },
    );
    fc.assert(property, { numRuns: 300 });
    expect(executed).toBeGreaterThan(300 * (PRELUDE.length + END.length));
  });
});
