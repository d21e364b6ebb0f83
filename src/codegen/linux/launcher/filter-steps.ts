/**
 * The static seccomp filter: classic BPF that denies system calls by their number.
 *
 * Another architecture than that of the launcher ends the process (SIGSYS): its calls have other numbers, and a program of
 * which every call fails could not even end. x32 calls get ENOSYS, as from a kernel without x32. A denied call gets EACCES;
 * io_uring_setup gets ENOSYS, so that libraries take their other way.
 *
 *     load arch;  not this one: end the process
 *     load number;  x86-64: at least 0x40000000: ENOSYS
 *     for each call denied whatever its arguments are:  equal: EACCES
 *     io_uring_setup:  equal: ENOSYS
 *     unlinkat:  load flags;  AT_REMOVEDIR set (or not): EACCES
 *     allow
 */
import { FILTERED_CALLS } from '../../../abi/filtered-calls.js';
import { errnoNumber } from '../../../abi/errno-words.js';
import { SYSCALL_NUMBERS, type SyscallName } from '../../../abi/syscall-numbers.js';
import type { PlanFilter } from '../../../artifact/enforcement-plan.js';
import { assert } from '../../../base/assert.js';
import type { Architecture } from './asm/forms.js';
import { call, flags, number } from './step-values.js';
import type { PlanStep } from './steps.js';

const SECCOMP_SET_MODE_FILTER = 1;
const AUDIT_ARCH: Readonly<Record<Architecture, number>> = { 'x86-64': 0xc000003e, aarch64: 0xc00000b7 };
const X32 = 0x40000000;
const AT_REMOVEDIR = 0x200;

/** Offsets in `struct seccomp_data`. */
const NUMBER = 0;
const ARCH = 4;
const argument = (i: number): number => 16 + 8 * i;

const KILL_PROCESS = 0x80000000;
const ALLOW = 0x7fff0000;
const failing = (name: string): number => 0x00050000 | errnoNumber(name);

/** `struct sock_filter`. A jump skips `yes` or `no` instructions. */
export interface FilterInstruction {
  readonly code: number;
  readonly yes: number;
  readonly no: number;
  readonly k: number;
}
const loadWord = (k: number): FilterInstruction => ({ code: 0x20, yes: 0, no: 0, k });
const give = (k: number): FilterInstruction => ({ code: 0x06, yes: 0, no: 0, k });
const JEQ = 0x15;
const JGE = 0x35;
const JSET = 0x45;
/** Skips the next instruction unless the comparison holds. */
const unless = (code: number, k: number): FilterInstruction => ({ code, yes: 0, no: 1, k });

/** Returns the step that installs the filter, none without a filter. */
export function filterSteps(filter: PlanFilter | undefined, architecture: Architecture): PlanStep[] {
  if (filter === undefined) return [];
  const program = filterProgram(filter, architecture);
  return [
    call(
      'seccomp',
      [
        flags('SECCOMP_SET_MODE_FILTER', SECCOMP_SET_MODE_FILTER),
        number(0),
        {
          kind: 'structure',
          shown: shownFilter(filter, program.length),
          words: [BigInt(program.length), bytesOf(program)],
        },
      ],
      'cannot install the filter of system calls',
    ),
  ];
}

function shownFilter({ actions, ioUring }: PlanFilter, length: number): string {
  return `filter of ${length} instructions: ${[...actions, ...(ioUring ? ['io_uring'] : [])].join(', ')}`;
}

/** Returns the instructions of a filter. */
export function filterProgram(filter: PlanFilter, architecture: Architecture): readonly FilterInstruction[] {
  const { whole, removedir } = deniedCalls(filter);
  const numbers = whole.flatMap((name) => SYSCALL_NUMBERS[name][architecture] ?? []).sort((a, b) => a - b);
  const ioUring = SYSCALL_NUMBERS.io_uring_setup[architecture];
  return [
    loadWord(ARCH),
    { code: JEQ, yes: 1, no: 0, k: AUDIT_ARCH[architecture] },
    give(KILL_PROCESS),
    loadWord(NUMBER),
    ...(architecture === 'x86-64' ? [unless(JGE, X32), give(failing('ENOSYS'))] : []),
    ...numbers.flatMap((n) => [unless(JEQ, n), give(failing('EACCES'))]),
    ...(filter.ioUring ? [unless(JEQ, ioUring), give(failing('ENOSYS'))] : []),
    ...(removedir === undefined ? [] : unlinkatInstructions(removedir, architecture)),
    give(ALLOW),
  ];
}

/** Denies `unlinkat` with AT_REMOVEDIR, or without it. The number is in the accumulator. */
function unlinkatInstructions(removedir: boolean, architecture: Architecture): FilterInstruction[] {
  return [
    { code: JEQ, yes: 0, no: 3, k: SYSCALL_NUMBERS.unlinkat[architecture] },
    loadWord(argument(2)),
    { code: JSET, yes: removedir ? 0 : 1, no: removedir ? 1 : 0, k: AT_REMOVEDIR },
    give(failing('EACCES')),
  ];
}

/** The calls that are denied whatever their arguments are, and whether `unlinkat` is denied with AT_REMOVEDIR only, or without it only. */
function deniedCalls({ actions }: PlanFilter): {
  readonly whole: readonly SyscallName[];
  readonly removedir: boolean | undefined;
} {
  const names = new Set(actions.flatMap((action) => FILTERED_CALLS[action] ?? []));
  const without = names.delete('unlinkat');
  const withIt = names.delete('unlinkat:removedir');
  const whole = [...names].map((name) => {
    assert(name in SYSCALL_NUMBERS, `the system call ${name} has a number`);
    return name as SyscallName;
  });
  if (without && withIt) return { whole: [...whole, 'unlinkat'], removedir: undefined };
  return { whole, removedir: without || withIt ? withIt : undefined };
}

function bytesOf(program: readonly FilterInstruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, yes, no, k }, i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(yes, i * 8 + 2);
    bytes.writeUInt8(no, i * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, i * 8 + 4);
  });
  return bytes;
}
