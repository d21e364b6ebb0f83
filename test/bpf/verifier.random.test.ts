import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { parseAsm } from '../../src/bpf/parse.js';
import type { Instruction } from '../../src/bpf/types.js';
import { verifyProgram, verifyRawProgram } from '../../src/bpf/verify/verify.js';
import { createInterpreter, runRaw } from '../../src/runtime/engine/interpreter.js';
import { loadProgram } from '../../src/runtime/engine/load-program.js';
import { createArrayTable, createHashTable, createInodeTable } from '../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../src/runtime/engine/maps.js';
import { anyInstruction } from '../support/programs.js';
import { cases, fc } from '../support/random.js';

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

describe('decode and verifyProgram, random bytes', () => {
  it('never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        decode(bytes);
        expect(verifyProgram({ ...source(bytes, 'fs_walk'), maps: [] }).kind).toBe('refused');
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw for bytes that are instructions', () => {
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
  'stxdw [r10-24], r6 | ldxdw r6, [r10-24]',
  'mov r9, 0 | add r9, 1 | jlt r9, 20, -2',
  'ldxdw r4, [r6+0] | and r4, 7 | lddw_map_value r8, 2, 0 | add r8, r4 | stb [r8+0], 1',
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

describe('verifyProgram, accepted programs', () => {
  it('run without a fault', () => {
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
        const context = { cookieLo, cookieHi, chain: 3, object, lookup: 1 };
        engine.run(outcome.program, context, NO_TAGS);
        expect(engine.fault).toBeUndefined();
        executed += engine.executed;
      },
    );
    fc.assert(property, { numRuns: RUNS });
    expect(executed).toBeGreaterThan(RUNS * (PRELUDE.length + END.length));
  });
});

const MEMORY = 64;
const RUNS = cases(400, 1 / 2);
const HELPERS: ReadonlyMap<number, () => number> = new Map([[5, () => 3]]);
const verifyRaw = (bytes: Uint8Array): ReturnType<typeof verifyRawProgram> =>
  verifyRawProgram({ bytes, memorySize: MEMORY, maps: [], helpers: [5] });

const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const register = oneOf('r3', 'r4', 'r5', 'r6');
const small = fc.oneof(fc.integer({ min: -70, max: 70 }), fc.integer({ min: -0x80000000, max: 0x7fffffff }));
const binary = oneOf(
  'add',
  'sub',
  'mul',
  'div',
  'sdiv',
  'mod',
  'smod',
  'or',
  'and',
  'lsh',
  'rsh',
  'arsh',
  'xor',
  'mov',
);
const width = oneOf('', '32');
const comparison = oneOf('jeq', 'jne', 'jset', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle');
const displacement = fc.integer({ min: -8, max: 70 });

/** Pieces of raw programs: numbers from memory, computed with, compared, and used as offsets. r7 is the memory. */
const rawPiece: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(binary, width, register, small).map(([op, w, r, n]) => `${op}${w} ${r}, ${n}`),
  fc.tuple(binary, width, register, register).map(([op, w, a, b]) => `${op}${w} ${a}, ${b}`),
  fc
    .tuple(comparison, width, register, small)
    .map(([op, w, r, n]) => `${op}${w} ${r}, ${n}, +1 | mov r8, ${r}`),
  fc
    .tuple(comparison, width, register, small)
    .map(([op, w, r, n]) => `${op}${w} ${r}, ${n}, +2 | mov r0, 0 | exit`),
  fc
    .tuple(comparison, width, register, register)
    .map(([op, w, a, b]) => `${op}${w} ${a}, ${b}, +1 | mov ${a}, 9`),
  fc.tuple(oneOf('b', 'h', 'w', 'dw'), register).map(([z, r]) => `ldx${z} ${r}, [r7+8]`),
  fc.tuple(oneOf('sb', 'sh', 'sw'), register).map(([z, r]) => `ldx${z} ${r}, [r7+16]`),
  fc
    .tuple(oneOf('b', 'h', 'w', 'dw'), register, displacement)
    .map(([z, r, n]) => `mov r2, r7 | add r2, ${r} | ldx${z} r0, [r2${n < 0 ? n : `+${n}`}]`),
  fc
    .tuple(oneOf('b', 'w', 'dw'), register, displacement)
    .map(([z, r, n]) => `mov r2, r7 | sub r2, ${r} | stx${z} [r2${n < 0 ? n : `+${n}`}], ${r}`),
  fc.tuple(register, small).map(([r, n]) => `and ${r}, 63 | mov r2, r7 | add r2, ${r} | stb [r2+0], ${n}`),
  fc.tuple(oneOf('neg', 'neg32', 'be16', 'le32', 'bswap64'), register).map(([op, r]) => `${op} ${r}`),
  fc
    .tuple(oneOf('movsx8', 'movsx32', 'mov32sx16'), register, register)
    .map(([op, a, b]) => `${op} ${a}, ${b}`),
  fc
    .tuple(register, fc.integer({ min: 1, max: 300 }))
    .map(([r, n]) => `mov ${r}, 0 | add ${r}, 1 | jlt ${r}, ${n}, -2`),
  fc.tuple(register, register).map(([a, b]) => `stxdw [r10-8], ${a} | ldxw ${b}, [r10-8]`),
  register.map((r) => `add ${r}, 1 | call 5 | jsgt ${r}, r0, -3`),
  oneOf('mov r1, r7 | call_local +1 | ja +3 | ldxb r0, [r1+3] | stxdw [r10-8], r0 | exit'),
);

const RAW_PRELUDE = parsed(
  'mov r7, r1 | ldxdw r3, [r1+0] | ldxb r4, [r1+9] | mov r5, r2 | ldxw r6, [r1+20] | mov r0, 0',
);

function growRaw(pieces: readonly string[]): Uint8Array {
  let kept: readonly Instruction[] = RAW_PRELUDE;
  for (const piece of pieces) {
    const candidate = [...kept, ...parsed(piece)];
    if (verifyRaw(encodeInstructions([...candidate, ...END])).kind === 'accepted') kept = candidate;
  }
  return encodeInstructions([...kept, ...END]);
}

const TAGGED = 0x7fe0_0000;

/** What a run of an accepted program breaks: only in unproven loops fuel runs out, and the result is no pointer. */
function broken(bytes: Uint8Array, memory: Uint8Array): string | undefined {
  const verified = verifyRaw(bytes);
  const mayLoop = verified.kind === 'accepted' && verified.facts.unprovenLoops.length > 0;
  const outcome = runRaw(bytes, memory, { helpers: HELPERS });
  if (outcome.kind === 'fault') {
    return mayLoop && outcome.fault.includes('out of fuel') ? undefined : outcome.fault;
  }
  if (outcome.kind === 'refused') return 'refused';
  return outcome.hi >= TAGGED && outcome.hi < TAGGED + 16 ? 'a pointer is returned' : undefined;
}

describe('verifyRawProgram', () => {
  const memory = fc.uint8Array({ minLength: MEMORY, maxLength: MEMORY });

  it('an accepted program stays within its memory', () => {
    let kept = 0;
    const property = fc.property(
      fc.array(rawPiece, { maxLength: 25 }),
      fc.array(memory, { minLength: 3, maxLength: 3 }),
      (pieces, memories) => {
        const bytes = growRaw(pieces);
        kept += bytes.length / 8;
        for (const one of memories) expect(broken(bytes, one)).toBeUndefined();
      },
    );
    fc.assert(property, { numRuns: RUNS });
    expect(kept).toBeGreaterThan(RUNS * 12);
  });

  it('an accepted mutant stays within its memory', () => {
    let accepted = 0;
    const mutation = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const property = fc.property(
      fc.array(rawPiece, { maxLength: 12 }),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      memory,
      (pieces, mutations, one) => {
        const bytes = growRaw(pieces);
        for (const [at, byte] of mutations) bytes[at % bytes.length] = byte;
        if (verifyRaw(bytes).kind !== 'accepted') return;
        accepted++;
        expect(broken(bytes, one)).toBeUndefined();
      },
    );
    fc.assert(property, { numRuns: RUNS });
    expect(accepted).toBeGreaterThan(RUNS / 40);
  });

  it('never throws for random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 128 }),
        fc.array(anyInstruction, { maxLength: 30 }),
        (bytes, ops) => {
          for (const program of [bytes, encodeInstructions(ops)]) {
            const verified = verifyRaw(program);
            if (verified.kind === 'accepted') expect(broken(program, new Uint8Array(MEMORY))).toBeUndefined();
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
