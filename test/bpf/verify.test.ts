import { describe, expect, it } from 'vitest';
import { HOOKS, type HookName } from '../../src/abi/hooks.js';
import { verifyProgram, verifySet } from '../../src/bpf/verify/verify.js';
import type {
  ProgramToVerify,
  Verification,
  VerifierError,
  VerifierMap,
} from '../../src/bpf/verify/verify.js';
import { assemble } from '../support/programs.js';

const MAPS: readonly VerifierMap[] = [
  { name: 'inodes', type: 'inode' },
  { name: 'counts', type: 'hash', keySize: 4, valueSize: 16, maxEntries: 8 },
  { name: 'global', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 },
];

function program(text: string, hook: HookName = 'fs_walk', maps = MAPS): ProgramToVerify {
  return { name: 'p', hook, triggerMask: hook === 'fs_pick' ? 1 : 0, bytes: assemble(text), maps };
}

const errorsOf = (verification: Verification): readonly VerifierError[] =>
  verification.kind === 'refused' ? verification.errors : [];

const verdict = (text: string, hook?: HookName): string[] =>
  errorsOf(verifyProgram(program(text, hook))).map((e) => `${e.slot} ${e.rule}: ${e.message}`);

const DONE = ' | mov r0, 0 | exit';
/** r6 = value of `counts` for key 0, not null. */
const VALUE =
  'stw [r10-4], 0 | mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1 | jne r0, 0, +2 | mov r0, 0 | exit';

/** One hostile program a rule, with what is said about it. */
const HOSTILE: readonly (readonly [text: string, message: string, hook?: HookName])[] = [
  // registers
  ['exit', '0 uninitialised: r0 is unset'],
  ['mov r0, r7 | exit', '0 uninitialised: r7 is unset'],
  [`add r3, 1${DONE}`, '0 uninitialised: r3 is unset'],
  [`mov r10, r1${DONE}`, '0 read_only: the frame pointer r10 is read only'],
  [`ldxdw r10, [r1+0]${DONE}`, '0 read_only: the frame pointer r10 is read only'],
  ['mov r0, r1 | exit', '1 pointer: a return of r0, which is the context'],
  ['ldxdw r0, [r1+16] | exit', '1 pointer: a return of r0, which is the opaque pointer `inode`'],
  [
    'ldxdw r2, [r1+16] | ldxdw r3, [r1+8] | mov r1, r2 | mov r2, r3 | call 61 | mov r0, r1 | exit',
    '5 uninitialised: r1 is unset',
  ],
  ['ldxdw r2, [r1+0] | jeq r2, 0, +1 | mov r7, 1 | mov r0, r7 | exit', '3 uninitialised: r7 is unset'],
  [
    'ldxdw r2, [r1+0] | mov r7, r1 | jeq r2, 0, +1 | mov r7, 1 | mov r0, r7 | exit',
    '5 pointer: a return of r0, which is the context',
  ],
  // the context
  [
    `ldxdw r2, [r1+32]${DONE}`,
    '0 context: bytes 32 to 39 of the context are not within one field of `fs_walk`',
  ],
  [
    `ldxdw r2, [r1-8]${DONE}`,
    '0 context: bytes -8 to -1 of the context are not within one field of `fs_walk`',
  ],
  [
    `ldxw r2, [r1+24]${DONE}`,
    '0 context: bytes 24 to 27 of the context are not within one field of `fs_walk`',
  ],
  [
    `ldxb r2, [r1+25]${DONE}`,
    '0 context: bytes 25 to 25 of the context are not within one field of `fs_walk`',
  ],
  [
    `ldxw r2, [r1+28]${DONE}`,
    '0 context: bytes 28 to 31 of the context are not within one field of `fs_walk`',
  ],
  [
    `ldxb r2, [r1+24]${DONE}`,
    '0 context: bytes 24 to 24 of the context are not within one field of `fs_get`',
    'fs_get',
  ],
  [
    `ldxdw r2, [r1+4]${DONE}`,
    '0 context: bytes 4 to 11 of the context are not within one field of `fs_walk`',
  ],
  [`ldxw r2, [r1+4]${DONE}`, '0 context: `cookie` can only be accessed from its first byte, at offset 0'],
  [
    `ldxh r2, [r1+2]${DONE}`,
    '0 context: `cookie` can only be accessed from its first byte, at offset 0',
    'fs_get',
  ],
  [`stb [r1+7], 1${DONE}`, '0 context: `cookie` can only be accessed from its first byte, at offset 0'],
  [`ldxw r2, [r1+16]${DONE}`, '0 context: `inode` can only be read as a whole: 8 bytes'],
  [`ldxw r2, [r1+8]${DONE}`, '0 context: `chain` can only be read as a whole: 8 bytes'],
  [`stdw [r1+16], 0${DONE}`, '0 context: `inode` is read only in `fs_walk`'],
  [`stb [r1+24], 0${DONE}`, '0 context: `inode_lookup` is read only in `fs_walk`'],
  [`stdw [r1+0], 0${DONE}`, '0 context: `cookie` is read only in `fs_get`', 'fs_get'],
  [`stdw [r1+16], 0${DONE}`, '0 context: `tag_object` is read only in `fs_get`', 'fs_get'],
  [
    `mov r2, 1 | lock_add [r1+0], r2${DONE}`,
    '1 unsupported: an atomic access to the context is not supported',
  ],
  [`add r1, 8${DONE}`, '0 pointer: arithmetic of r1, which is the context'],
  // opaque pointers
  [
    `ldxdw r2, [r1+16] | add r2, 8${DONE}`,
    '1 pointer: arithmetic of r2, which is the opaque pointer `inode`',
  ],
  [
    `ldxdw r2, [r1+8] | mov r3, 1 | add r3, r2${DONE}`,
    '2 pointer: arithmetic of r2, which is the opaque pointer `chain`',
  ],
  [`ldxdw r2, [r1+8] | neg r2${DONE}`, '1 pointer: arithmetic of r2, which is the opaque pointer `chain`'],
  [`ldxdw r2, [r1+8] | be16 r2${DONE}`, '1 pointer: arithmetic of r2, which is the opaque pointer `chain`'],
  [
    `ldxdw r2, [r1+8] | mov32 r3, r2${DONE}`,
    '1 pointer: a 32-bit move of r2, which is the opaque pointer `chain`',
  ],
  [
    `ldxdw r2, [r1+8] | movsx8 r3, r2${DONE}`,
    '1 pointer: arithmetic of r2, which is the opaque pointer `chain`',
  ],
  [
    `ldxdw r2, [r1+16] | ldxdw r3, [r2+0]${DONE}`,
    '1 pointer: a memory access through r2, which is the opaque pointer `inode`',
  ],
  [
    `ldxdw r2, [r1+16] | stxw [r10-8], r2${DONE}`,
    '1 pointer: a store of the opaque pointer `inode` is only supported to 8 bytes of stack',
  ],
  [
    `ldxdw r2, [r1+16] | jeq r2, 0, +0${DONE}`,
    '1 pointer: a comparison of r2, which is the opaque pointer `inode`',
  ],
  [
    `ldxdw r2, [r1+16] | mov r3, 1 | jgt r3, r2, +0${DONE}`,
    '2 pointer: a comparison of r2, which is the opaque pointer `inode`',
  ],
  [
    `ldxdw r2, [r1+16] | stdw [r10-8], 0 | lock_add [r10-8], r2${DONE}`,
    '2 pointer: an atomic operand of r2, which is the opaque pointer `inode`',
  ],
  [`jeq r1, 0, +0${DONE}`, '0 pointer: a comparison of r1, which is the context'],
  [`stxdw [r1+0], r10${DONE}`, '0 pointer: a store of a stack pointer is only supported to 8 bytes of stack'],
  // the stack
  [
    `ldxdw r2, [r10-8]${DONE}`,
    '0 uninitialised: stack bytes -8 to -1 are read before all of them are written',
  ],
  [
    `stw [r10-8], 0 | ldxdw r2, [r10-8]${DONE}`,
    '1 uninitialised: stack bytes -8 to -1 are read before all of them are written',
  ],
  [`stdw [r10-520], 0${DONE}`, '0 stack: offset -520, 8 bytes, is outside of the 512 bytes of stack'],
  [`stdw [r10-4], 0${DONE}`, '0 stack: offset -4, 8 bytes, is outside of the 512 bytes of stack'],
  [`stb [r10+0], 0${DONE}`, '0 stack: offset 0, 1 byte, is outside of the 512 bytes of stack'],
  [`stw [r10-7], 0${DONE}`, '0 alignment: 4 bytes at offset -7 of the stack are not aligned'],
  [
    `mov r2, r10 | ldxdw r3, [r1+0] | add r2, r3${DONE}`,
    '2 pointer: arithmetic of r2, which is a stack pointer',
  ],
  [
    `mov r2, r10 | add r2, -2000000000${DONE}`,
    '1 pointer: a stack pointer is moved further than 268435456 bytes',
  ],
  // maps
  [`lddw_map r1, 7${DONE}`, '0 map: the program has 3 maps, none with index 7'],
  [
    `lddw_map_value r2, 1, 0${DONE}`,
    '0 map: `counts` is not an array with one entry, so its value has no fixed address',
  ],
  [`lddw_map_value r2, 2, 8${DONE}`, '0 map_value: offset 8 is outside of a value of `global`'],
  [`lddw_map r2, 1 | ldxdw r3, [r2+0]${DONE}`, '2 pointer: a memory access through r2, which is a map'],
  [
    `stw [r10-4], 0 | mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1 | ldxdw r2, [r0+0]${DONE}`,
    '6 pointer: a memory access through r0, which is a map value that may be null',
  ],
  [
    `${VALUE} | ldxdw r2, [r0+16]${DONE}`,
    '9 map_value: offset 16, 8 bytes, is outside of the 16 bytes of a value of `counts`',
  ],
  [`${VALUE} | ldxw r2, [r0+2]${DONE}`, '9 alignment: 4 bytes at offset 2 of a map value are not aligned'],
  [`${VALUE} | exit`, '9 pointer: a return of r0, which is a map value'],
  // helpers
  [`call 5${DONE}`, '0 helper: there is no helper 5'],
  [`call 62${DONE}`, '0 helper: `fs_walk` may not call `landlock_set_tag`'],
  [`call 60${DONE}`, '0 helper: `fs_get` may not call `inode_map_lookup`', 'fs_get'],
  [
    `ldxdw r2, [r1+16] | lddw_map r1, 1 | call 60${DONE}`,
    '3 helper: argument 1 of `inode_map_lookup` is the map `counts`, expected an inode map',
  ],
  [
    `ldxdw r2, [r1+8] | lddw_map r1, 0 | call 60${DONE}`,
    '3 helper: argument 2 of `inode_map_lookup` is the opaque pointer `chain`, expected the opaque pointer `inode`',
  ],
  [
    `stw [r10-4], 0 | mov r2, r10 | add r2, -4 | lddw_map r1, 0 | call 1${DONE}`,
    '5 helper: argument 1 of `map_lookup_elem` is the map `inodes`, expected an array or hash map',
  ],
  [
    `mov r2, 4 | lddw_map r1, 1 | call 1${DONE}`,
    '3 helper: argument 2 of `map_lookup_elem` is a scalar, expected a pointer to memory',
  ],
  [
    `mov r2, r10 | add r2, -4 | lddw_map r1, 1 | call 1${DONE}`,
    '4 uninitialised: stack bytes -4 to -1 are read before all of them are written',
  ],
  [
    `stw [r10-4], 0 | mov r2, r10 | add r2, -4 | mov r3, r2 | lddw_map r1, 1 | mov r4, 0 | call 2${DONE}`,
    '7 stack: offset -4, 16 bytes, is outside of the 512 bytes of stack',
  ],
  [
    `mov r6, r1 | ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | mov r3, r6 | call 62${DONE}`,
    '4 helper: argument 3 of `landlock_set_tag` is the context, expected a scalar',
    'fs_get',
  ],
  // flow
  ['mov r0, 0 | ja -2', '1 loop: this closes a loop that is not proved to end'],
  ['mov r0, 0 | ja +1 | mov r0, 1 | exit', '2 unreachable: no path leads here'],
  ['mov r0, 0', '0 fall_through: the program runs past its last instruction'],
  ['ja +5 | exit', '0 jump_target: jump to slot 6, outside of the program'],
  ['ja +1 | lddw r0, 0 | exit', '0 jump_target: jump to slot 2, the second half of `lddw`'],
  [`call_local +1${DONE}`, '1 fall_through: a function runs past its last instruction'],
];

describe('verifyProgram, refused programs', () => {
  for (const [text, message, hook] of HOSTILE) {
    it(`${text} (${hook ?? 'fs_walk'})`, () => expect(verdict(text, hook)[0]).toBe(message));
  }

  it('names the refused instruction', () => {
    expect(errorsOf(verifyProgram(program('mov r0, r7 | exit')))[0]).toMatchObject({
      disassembly: 'mov r0, r7',
    });
  });

  it('refuses more than 4096 instructions, and counts LD_IMM64 once', () => {
    const long = (n: number): string => `${'lddw r0, 1 | '.repeat(n - 1)}exit`;
    expect(verdict(long(4096))).toEqual([]);
    expect(verdict(long(4097))).toEqual(['0 size: 4097 instructions are more than 4096']);
  });
});

/** Programs that break no rule. */
const GOOD: readonly (readonly [text: string, hook?: HookName])[] = [
  ['mov r0, 0 | exit'],
  ['ldxw r2, [r1+0] | stxb [r1+0], r2 | sth [r1+0], 1 | stdw [r1+0], -1 | mov r0, r2 | exit'],
  ['mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | stxdw [r6+0], r0 | exit'],
  ['ldxdw r2, [r1+8] | ldxdw r1, [r1+16] | mov r3, 1 | call 62 | exit', 'fs_get'],
  [`${VALUE} | ldxdw r2, [r0+8] | lock_add [r0+0], r2 | mov r0, 0 | exit`],
  ['lddw_map_value r2, 2, 4 | ldxw r0, [r2+0] | exit', 'fs_pick'],
  // a backward jump that closes no loop
  ['ldxdw r0, [r1+0] | ja +1 | exit | ja -2'],
  ['ldxdw r0, [r1+0] | div r0, r0 | smod r0, 7 | bswap64 r0 | exit'],
];

describe('verifyProgram, accepted programs', () => {
  for (const [text, hook] of GOOD) {
    it(text, () => expect(verdict(text, hook)).toEqual([]));
  }
});

describe('verifyProgram, hooks and triggers', () => {
  const ok = program('mov r0, 0 | exit');
  const messages = (change: Partial<ProgramToVerify>): string[] =>
    errorsOf(verifyProgram({ ...ok, ...change })).map((e) => e.message);

  it('requires triggers for fs_pick, and only there', () => {
    expect(messages({ hook: 'fs_pick', triggerMask: 0 })).toEqual(['`fs_pick` needs a trigger']);
    expect(messages({ hook: 'fs_walk', triggerMask: 1 })).toEqual(['`fs_walk` takes no triggers']);
    expect(messages({ hook: 'fs_pick', triggerMask: 1 << 24 })).toEqual([
      'triggers 0x1000000 have bits that are not triggers',
    ]);
  });

  it('refuses a hook that no kernel has, and does not throw', () => {
    for (const name of ['fs_ioctl', '', 'toString', '__proto__'])
      expect(messages({ hook: name as HookName })).toEqual([`no kernel has the hook \`${name}\``]);
  });

  it('takes the row that the caller gives for a hook that no kernel has', () => {
    const wide = {
      name: 'request',
      offset: 24,
      size: 4,
      kind: 'scalar',
      writable: false,
      narrow: false,
    } as const;
    const abi = { ...HOOKS.fs_walk, context: [...HOOKS.fs_walk.context, wide], contextSize: 28 };
    const reads = program('ldxw r0, [r1+24] | exit', 'fs_walk');
    expect(verifyProgram(reads).kind).toBe('refused');
    expect(verifyProgram(reads, { abi }).kind).toBe('accepted');
  });
});

describe('verifySet', () => {
  it('counts pages of programs and chains', () => {
    const chain = (n: number): { name: string; size: number }[] => [{ name: `p${n}`, size: 4097 }];
    const chains = (n: number): { name: string; size: number }[][] =>
      Array.from({ length: n }, (_, i) => chain(i));
    expect(verifySet(chains(32))).toEqual([]);
    expect(verifySet(chains(33))).toEqual(['the programs take 66 pages of 4096 bytes, more than 64']);
    const shared = Array.from({ length: 257 }, () => chain(0));
    expect(verifySet(shared)).toEqual(['257 chains are more than 256']);
  });
});
