/** What exploring paths adds to the rules: numbers, spills, loops, local functions, raw programs. */
import { describe, expect, it } from 'vitest';
import { renderVerifierError, verifyProgram, verifyRawProgram } from '../../src/bpf/verify/verify.js';
import type { Verification, VerifierMap, VerifyOptions } from '../../src/bpf/verify/verify.js';
import { hexBytes, readVectors } from '../support/vectors.js';
import { assemble } from '../support/programs.js';

const MAPS: readonly VerifierMap[] = [
  { name: 'inodes', type: 'inode' },
  { name: 'counts', type: 'hash', keySize: 4, valueSize: 16, maxEntries: 8 },
  { name: 'bytes', type: 'array', keySize: 4, valueSize: 100, maxEntries: 1 },
];

const hook = (text: string, options: VerifyOptions = {}): Verification =>
  verifyProgram({ name: 'p', hook: 'fs_walk', triggerMask: 0, bytes: assemble(text), maps: MAPS }, options);
const raw = (text: string, memorySize = 16): Verification =>
  verifyRawProgram({ bytes: assemble(text), memorySize, maps: MAPS, helpers: [5] });

/** `accepted`, or the first error. */
function verdict(verification: Verification): string {
  if (verification.kind === 'accepted') return 'accepted';
  const [first] = verification.errors;
  return first === undefined ? 'refused without an error' : `${first.slot} ${first.rule}: ${first.message}`;
}

const DONE = ' | mov r0, 0 | exit';
const LOOKUP = 'stw [r10-4], 0 | mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1';
const cookie = 'ldxdw r2, [r1+0]';

type Case = readonly [what: string, text: string, verdict: string];

function table(cases: readonly Case[], verify: (text: string) => Verification): void {
  for (const [what, text, expected] of cases) {
    it(`${what}: ${expected}`, () => expect(verdict(verify(text))).toBe(expected));
  }
}

/** Eight functions, each with a full stack; the innermost runs `body`, with r2 pointing to the outermost stack. */
function nestedProgram(body: readonly string[]): string {
  const fill = Array.from({ length: 64 }, (_, i) => `stdw [r10-${8 * (i + 1)}], ${i}`);
  const start = 'ldxdw r1, [r1+0] | mov r2, r10';
  const functions = Array.from({ length: 8 }, (_, f) =>
    [
      `F${f}: mov r0, 0`,
      ...fill,
      ...(f === 0 ? [start] : []),
      ...(f < 7 ? [`call_local F${f + 1}`] : body),
    ].join(' | '),
  );
  return functions.map((text) => `${text} | exit`).join(' | ');
}

it('verifyProgram: comparing states counts against the budget', () => {
  // Exploring it takes 26,217 steps: only the comparisons exceed the budget.
  const body = Array.from({ length: 100 }, (_, k) => `jset r1, ${1 << (k % 30)}, +1 | stdw [r2-8], ${k}`);
  const verified = hook(nestedProgram([...body, 'ldxdw r0, [r2-8]']), { budget: 50_000 });
  expect(verdict(verified)).toMatch(/budget: the program is too complex/);
});

describe('verifyProgram, numbers as offsets', () => {
  const value = `lddw_map_value r6, 2, 0 | ${cookie}`;
  table(
    [
      ['masked', `${value} | and r2, 63 | add r6, r2 | ldxb r3, [r6+36]${DONE}`, 'accepted'],
      [
        'masked too little',
        `${value} | and r2, 127 | add r6, r2 | ldxb r3, [r6+0]${DONE}`,
        '5 map_value: offset 0 to 127, 1 byte, is outside of the 100 bytes of a value of `bytes`',
      ],
      ['compared', `${value} | jge r2, 100, +2 | add r6, r2 | ldxb r3, [r6+0]${DONE}`, 'accepted'],
      [
        'compared to one more',
        `${value} | jgt r2, 100, +2 | add r6, r2 | ldxb r3, [r6+0]${DONE}`,
        '5 map_value: offset 0 to 100, 1 byte, is outside of the 100 bytes of a value of `bytes`',
      ],
      [
        'compared as signed numbers',
        `${value} | jsge r2, 100, +3 | jslt r2, 0, +2 | add r6, r2 | ldxb r3, [r6+0]${DONE}`,
        'accepted',
      ],
      [
        'compared by the low half',
        `${value} | jge32 r2, 100, +2 | add r6, r2 | ldxb r3, [r6+0]${DONE}`,
        `5 map_value: offset -9223372036854775808 to 9223372032559808639, 1 byte, is outside of the 100 bytes of a value of \`bytes\``,
      ],
      [
        'aligned by a shift',
        `${value} | and r2, 7 | lsh r2, 3 | add r6, r2 | ldxdw r3, [r6+0]${DONE}`,
        'accepted',
      ],
      [
        'not aligned',
        `${value} | and r2, 7 | lsh r2, 2 | add r6, r2 | ldxdw r3, [r6+0]${DONE}`,
        '6 alignment: 8 bytes at offset 0 to 28 of a map value are not aligned',
      ],
      [
        'before its region without the displacement',
        `${value} | add r6, -8 | ldxdw r3, [r6+8]${DONE}`,
        '4 pointer: without the displacement, the pointer is at offset -8, before its region',
      ],
      ['added to a number', `${value} | and r2, 63 | add r2, r6 | ldxb r3, [r2+0]${DONE}`, 'accepted'],
      [
        'a number minus a pointer',
        `${value} | sub r2, r6${DONE}`,
        '3 pointer: arithmetic of r6, which is a map value',
      ],
    ],
    (text) => hook(text),
  );
});

describe('verifyProgram, constant shifts and divisions', () => {
  const shifted = `${cookie} | lsh r2, 64${DONE}`;
  const divided = `${cookie} | div32 r2, 0${DONE}`;
  table(
    [
      ['a shift', shifted, '1 shift: a shift by 64 is not within 0 to 63'],
      ['a 32-bit shift', `${cookie} | arsh32 r2, 32${DONE}`, '1 shift: a shift by 32 is not within 0 to 31'],
      ['a shift within', `${cookie} | arsh32 r2, 31${DONE}`, 'accepted'],
      ['a division', divided, '1 division: a division by 0'],
      ['a division by a number', `${cookie} | mov r3, 0 | div r2, r3${DONE}`, 'accepted'],
    ],
    (text) => hook(text),
  );
  it('verifyRawProgram accepts them', () => {
    for (const text of [shifted, divided]) expect(verdict(raw(text))).toBe('accepted');
  });
});

describe('verifyProgram, spills', () => {
  table(
    [
      [
        'a pointer comes back',
        `ldxdw r2, [r1+16] | stxdw [r10-8], r2 | lddw_map r1, 0 | ldxdw r2, [r10-8] | call 60${DONE}`,
        'accepted',
      ],
      [
        'a number comes back',
        `mov r3, 4 | stxdw [r10-8], r3 | ldxdw r4, [r10-8] | lddw_map_value r5, 2, 0 | add r5, r4 | ldxw r3, [r5+0]${DONE}`,
        'accepted',
      ],
      [
        'its low bytes too',
        `mov r3, 260 | stxdw [r10-8], r3 | ldxb r4, [r10-8] | lddw_map_value r5, 2, 0 | add r5, r4 | ldxw r3, [r5+0]${DONE}`,
        'accepted',
      ],
      [
        'a part of a pointer',
        `stxdw [r10-8], r1 | ldxw r2, [r10-8]${DONE}`,
        '1 pointer: stack bytes -8 to -5 are read as a number and hold the context',
      ],
      [
        'the rest of a pointer',
        `stxdw [r10-8], r1 | stw [r10-8], 0 | ldxw r2, [r10-4]${DONE}`,
        '2 uninitialised: stack bytes -4 to -1 are read before all of them are written',
      ],
      [
        'the rest of a number',
        `stxdw [r10-8], r1 | stdw [r10-8], 7 | stw [r10-8], 0 | ldxdw r2, [r10-8]${DONE}`,
        'accepted',
      ],
      [
        'a pointer as a key',
        `mov r2, r10 | add r2, -8 | stxdw [r10-8], r1 | lddw_map r1, 1 | call 1${DONE}`,
        '5 pointer: stack bytes -8 to -5 are read as a number and hold the context',
      ],
      [
        'a pointer under an atomic operation',
        `stxdw [r10-8], r1 | mov r2, 1 | lock_fetch_add [r10-8], r2${DONE}`,
        '2 pointer: stack bytes -8 to -1 are read as a number and hold the context',
      ],
      [
        'a null check of a copy',
        `${LOOKUP} | stxdw [r10-16], r0 | jeq r0, 0, +2 | ldxdw r3, [r10-16] | ldxdw r3, [r3+8]${DONE}`,
        'accepted',
      ],
      [
        'a null check of another lookup',
        `${LOOKUP} | mov r7, r0 | mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1 | jeq r0, 0, +1 | ldxdw r3, [r7+0]${DONE}`,
        '13 pointer: a memory access through r7, which is a map value that may be null',
      ],
    ],
    (text) => hook(text),
  );

  it('takes each lookup of a loop for a new one', () => {
    const text = `mov r8, 0 | mov r7, 0 | stw [r10-4], 0 | mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1 | jeq r8, 0, +3 | jeq r0, 0, +1 | ldxdw r3, [r7+0] | ja +3 | mov r7, r0 | mov r8, 1 | ja -12${DONE}`;
    expect(verdict(hook(text))).toBe(
      '10 pointer: a memory access through r7, which is a map value that may be null',
    );
  });
});

describe('verifyProgram, loops', () => {
  const overValue = (n: number): string =>
    `lddw_map_value r6, 2, 0 | mov r7, 0 | mov r1, r6 | add r1, r7 | ldxb r0, [r1+0] | add r7, 1 | jlt r7, ${n}, -5${DONE}`;
  table(
    [
      ['over a value', overValue(100), 'accepted'],
      [
        'one too far',
        overValue(101),
        '5 map_value: offset 100, 1 byte, is outside of the 100 bytes of a value of `bytes`',
      ],
      [
        'by a number of the context',
        `${cookie} | and r2, 15 | jeq r2, 0, +2 | sub r2, 1 | ja -3${DONE}`,
        'accepted',
      ],
      ['for ever', 'mov r0, 0 | add r0, 1 | ja -2', '2 loop: this closes a loop that is not proved to end'],
      [
        'until the context says so',
        `${cookie} | jeq r2, 0, +1 | ja -3${DONE}`,
        '2 loop: this closes a loop that is not proved to end',
      ],
      [
        'closed by a forward jump',
        `ja +2 | mov r0, 0 | ja +1 | ja -3 | ja -3 | exit`,
        '4 loop: this closes a loop that is not proved to end',
      ],
      [
        'through a function',
        'mov r6, 0 | call_local +1 | ja -2 | mov r0, 0 | exit',
        '1 loop: this closes a loop that is not proved to end',
      ],
      [
        'not within the budget',
        `mov r7, 0 | add r7, 1 | jne r7, -1, -2${DONE}`,
        '2 budget: the program is too complex: not explored within 1000000 steps',
      ],
    ],
    (text) => hook(text),
  );

  it('shows the path to an endless loop', () => {
    const verified = hook(`${cookie} | jeq r2, 5, +1 | ja -2${DONE}`);
    const errors = verified.kind === 'refused' ? verified.errors : [];
    expect(errors.map(renderVerifierError)).toEqual([
      'slot 2 `ja -2`: loop: this closes a loop that is not proved to end\n' +
        '  on the path: slot 1 `jeq r2, 5, +1` not taken',
    ]);
  });

  it('cuts a long path in the text only', () => {
    const verified = hook(overValue(101));
    const error = verified.kind === 'refused' ? verified.errors[0] : undefined;
    expect(error?.path.length).toBe(100);
    expect(error && renderVerifierError(error)).toMatch(/taken, … 84 more …, slot 7/);
  });
});

describe('verifyProgram, pruning', () => {
  const steps = (verification: Verification): number =>
    verification.kind === 'accepted' ? verification.facts.steps : Infinity;

  it('explores diamonds once when no result depends on them', () => {
    const diamond = `ldxdw r2, [r1+0] | jeq r2, 7, +1 | add r3, 5`;
    const text = `mov r3, 0 | ${Array.from({ length: 64 }, () => diamond).join(' | ')} | mov r0, r3 | exit`;
    expect(steps(hook(text))).toBeLessThan(400);
  });

  it('drops numbers that decide only the way', () => {
    const diamonds = Array.from({ length: 64 }, (_, i) => `jset r2, ${1 << (i % 31)}, +1 | add r3, ${i}`);
    const text = `${cookie} | mov r3, 0 | ${diamonds.join(' | ')} | jeq r3, 0, +0 | mov r0, r3 | exit`;
    expect(steps(hook(text))).toBeLessThan(4000);
  });

  it('drops stack that is not read', () => {
    const store = (i: number): string => `ldxdw r2, [r1+0] | jeq r2, 7, +1 | stdw [r10-${8 * i + 8}], ${i}`;
    const text = Array.from({ length: 30 }, (_, i) => store(i)).join(' | ');
    expect(steps(hook(`${text}${DONE}`))).toBeLessThan(200);
    // All of it may be read through a copy of the frame pointer: this is too much to follow.
    const copied = hook(`mov r9, r10 | ${text} | ldxdw r0, [r9-8]${DONE}`, { budget: 100_000 });
    expect(verdict(copied)).toMatch(/budget: the program is too complex/);
  });

  it('keeps numbers that a pointer depends on', () => {
    // r7 is a pointer when r8 is 1: seen only as long as r8 is known where the paths have met.
    const diamonds = Array.from({ length: 5 }, (_, i) => `jset r2, ${1 << i}, +0`);
    const text = `${cookie} | ${LOOKUP.replace('mov r2', 'mov r3').replace('add r2, -4', 'add r3, -4 | mov r9, r2 | mov r2, r3')} | mov r2, r9 | mov r8, 0 | jeq r0, 0, +1 | mov r8, 1 | ${diamonds.join(' | ')} | jeq r8, 0, +1 | ldxdw r3, [r0+0]${DONE}`;
    expect(verdict(hook(text))).toBe('accepted');
  });
});

describe('verifyProgram, paths that no run takes', () => {
  table(
    [
      [
        'an error there',
        `mov r2, 1 | jeq r2, 1, +1 | ldxdw r3, [r1+100]${DONE}`,
        '2 context: bytes 100 to 107 of the context are not within one field of `fs_walk`',
      ],
      ['none there', `mov r2, 1 | jeq r2, 1, +1 | mov r3, 0${DONE}`, 'accepted'],
    ],
    (text) => hook(text),
  );

  it('reports all errors of independent paths, each once', () => {
    const verified = hook(
      `${cookie} | jeq r2, 0, +2 | mov r3, r7 | ja +1 | mov r3, r8 | mov r4, r9 | mov r4, r9${DONE}`,
    );
    const errors = verified.kind === 'refused' ? verified.errors : [];
    expect(errors.map(({ slot, message }) => `${slot} ${message}`)).toEqual([
      '2 r7 is unset',
      '4 r8 is unset',
      '5 r9 is unset',
      '6 r9 is unset',
    ]);
  });
});

describe('verifyProgram, local functions', () => {
  table(
    [
      [
        'arguments and result',
        'mov r1, 1 | mov r2, 2 | call_local +1 | exit | mov r0, r1 | add r0, r2 | exit',
        'accepted',
      ],
      [
        'r6 to r9 come back',
        'mov r6, 1 | call_local +2 | mov r0, r6 | exit | mov r6, r1 | mov r0, 0 | exit',
        'accepted',
      ],
      [
        'r6 to r9 are not passed',
        'mov r6, 1 | call_local +1 | exit | mov r0, r6 | exit',
        '3 uninitialised: r6 is unset',
      ],
      [
        'r1 to r5 are lost',
        'mov r6, r1 | call_local +2 | mov r0, r1 | exit | mov r0, 0 | exit',
        '2 uninitialised: r1 is unset',
      ],
      [
        'the stack of the caller',
        'stdw [r10-8], 0 | mov r1, r10 | add r1, -8 | call_local +2 | ldxdw r0, [r10-16] | exit | ldxdw r0, [r1+0] | stxdw [r1-8], r0 | exit',
        'accepted',
      ],
      [
        'a stack of its own',
        'stdw [r10-8], 0 | call_local +1 | exit | ldxdw r0, [r10-8] | exit',
        '3 uninitialised: stack bytes -8 to -1 are read before all of them are written',
      ],
      [
        'its stack returned',
        'call_local +2 | mov r0, 0 | exit | mov r0, r10 | exit',
        '4 pointer: a return of r0, which points to the stack of the function',
      ],
      [
        'its stack left behind',
        'mov r1, r10 | add r1, -8 | call_local +2 | ldxdw r0, [r10-8] | exit | stxdw [r1+0], r10 | mov r0, 0 | exit',
        '3 uninitialised: stack bytes -8 to -1 are read before all of them are written',
      ],
      [
        'a pointer passed through',
        'call_local +3 | ldxdw r0, [r0+0] | and r0, 0 | exit | mov r0, r1 | exit',
        'accepted',
      ],
      ['itself', 'call_local +1 | exit | call_local -1 | exit', '2 call: a function calls itself'],
      ['a jump out', 'call_local +2 | mov r0, 0 | exit | ja -3', '3 jump_target: a jump leaves its function'],
      ['a function without an end', 'call_local +2 | call_local +1 | exit | mov r0, 0 | exit', 'accepted'],
    ],
    (text) => hook(text),
  );

  const nested = (depth: number): string =>
    `${Array.from({ length: depth - 1 }, () => 'call_local +1 | exit').join(' | ')} | mov r0, 0 | exit`;

  it('accepts eight nested calls, and refuses nine', () => {
    const verified = hook(nested(8));
    expect(verified).toMatchObject({
      kind: 'accepted',
      facts: { frames: 8, functions: [0, 2, 4, 6, 8, 10, 12, 14] },
    });
    expect(verdict(hook(nested(9)))).toMatch(/call: calls nest deeper than 8 functions/);
  });
});

describe('verifyRawProgram', () => {
  const loop = (end: string): string =>
    `mov r3, 0 | mov r4, r1 | add r4, r3 | ldxb r5, [r4+0] | add r3, 1 | jlt r3, ${end}, -5${DONE}`;
  table(
    [
      ['memory', `ldxdw r3, [r1+8] | stxb [r1+3], r3 | ldxw r3, [r1+5]${DONE}`, 'accepted'],
      [
        'beyond memory',
        `ldxdw r3, [r1+9]${DONE}`,
        '0 memory: offset 9, 8 bytes, is outside of the 16 bytes of memory',
      ],
      ['the size of memory', `mov r3, r1 | add r3, r2 | ldxb r0, [r3-1] | exit`, 'accepted'],
      [
        'an unaligned atomic operation',
        `mov r3, 1 | lock_add [r1+4], r3${DONE}`,
        '1 alignment: 8 bytes at offset 4 of memory are not aligned',
      ],
      ['the distance of two pointers', 'mov r3, r1 | add r3, 4 | sub r3, r1 | mov r0, r3 | exit', 'accepted'],
      [
        'the distance of two regions',
        'mov r3, r10 | sub r3, r1 | mov r0, r3 | exit',
        '1 pointer: arithmetic of r3, which is a stack pointer',
      ],
      [
        'two pointers compared',
        `mov r3, r1 | add r3, r2 | jeq r3, r1, +2 | jlt r1, r3, +0${DONE}`,
        'accepted',
      ],
      [
        'pointers of two regions compared',
        `jlt r1, r10, +0${DONE}`,
        '0 pointer: a comparison of r1, which is a pointer to memory',
      ],
      [
        'pointers outside compared',
        `mov r3, r1 | add r3, 17 | jlt r1, r3, +0${DONE}`,
        '2 pointer: a comparison of r1, which is a pointer to memory',
      ],
      ['a helper', `call 5 | exit`, 'accepted'],
      ['no helper', `call 6 | exit`, '0 helper: there is no helper 6'],
      ['a map', `${LOOKUP} | jeq r0, 0, +1 | stdw [r0+8], 1${DONE}`, 'accepted'],
      ['code that no path leads to', 'mov r0, 0 | exit | mov r0, r9 | exit', 'accepted'],
      ['a short loop', loop('16'), 'accepted'],
    ],
    raw,
  );

  const facts = (verification: Verification): readonly number[] | string =>
    verification.kind === 'accepted' ? verification.facts.unprovenLoops : verdict(verification);

  it('names the jumps of loops that are not proved to end', () => {
    expect(facts(raw(loop('16')))).toEqual([]);
    expect(facts(raw(loop('r2'), 5000))).toEqual([5]);
    expect(facts(raw('mov r0, 0 | ja -1'))).toEqual([1]);
    expect(facts(raw('call 5 | jne r0, 0, -2 | exit'))).toEqual([1]);
    // two loops, one within the other, of which the inner one ends
    expect(facts(raw('mov r6, 0 | add r6, 1 | jlt r6, 9, -2 | call 5 | jne r0, 0, -5 | exit'))).toEqual([
      2, 4,
    ]);
    // the loop is the caller's
    expect(facts(raw('call_local +2 | jne r0, 0, -2 | exit | call 5 | jeq r0, 9, +0 | exit'))).toEqual([1]);
  });

  it('stops counting in long loops and keeps the bounds', () => {
    expect(facts(raw(loop('r2'), 5000))).toEqual([5]);
    expect(verdict(raw(loop('5001'), 5000))).toMatch(/^3 memory: offset 200 to 5000/);
    const pointers =
      'mov r3, r1 | add r3, r2 | ldxb r4, [r1+0] | add r1, 1 | jlt r1, r3, -3 | mov r0, 0 | exit';
    expect(facts(raw(pointers, 5000))).toEqual([4]);
  });

  it('refuses a load from empty memory', () => {
    expect(verdict(raw(`ldxb r3, [r1+0]${DONE}`, 0))).toBe(
      '0 memory: offset 0, 1 byte, is outside of the 0 bytes of memory',
    );
  });

  it('refuses a program that is too long', () => {
    const bytes = new Uint8Array(65537 * 8);
    expect(verdict(verifyRawProgram({ bytes, memorySize: 0, maps: [] }))).toBe(
      '0 size: 65537 slots are more than 65536',
    );
  });
});

const vectors = readVectors('conformance.json');
describe.skipIf(vectors === undefined)('verifyRawProgram, conformance vectors', () => {
  for (const { name, group, raw_insn_hex, mem_hex } of vectors ?? []) {
    if (group === 'callx') continue;
    it(`${group}: ${name}`, () => {
      const program = {
        bytes: hexBytes(raw_insn_hex),
        memorySize: mem_hex.length / 2,
        maps: [],
        helpers: [5],
      };
      expect(verdict(verifyRawProgram(program))).toBe('accepted');
    });
  }
});
