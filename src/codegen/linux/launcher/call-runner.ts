/**
 * Call runners: executables that make system calls one after another and write what each returned.
 *
 * A runner reads the calls from standard input to a fixed address, makes them, and writes each result as 8 bytes to standard
 * output, at once, so that nothing is lost when a call ends the process. One runner serves for all lists of calls. Tests use
 * it to ask the kernel what it answers under a plan.
 *
 *     input       row of each call | strings and structures
 *     row         number | which arguments are results | 6 arguments         8 bytes each
 *     result      the value that the kernel returned; an error is a negated number
 */
import * as asm from './asm/forms.js';
import type { Architecture, CpuForm, CpuReg } from './asm/forms.js';
import { executableOf, makeGenerator, numberOf } from './generator.js';

/** `result`: what the call with this index returned. `buffer`: the address of so many bytes that the kernel may write to. */
export type RunnerArgument =
  | number
  | bigint
  | string
  | Uint8Array
  | { readonly kind: 'result'; readonly of: number }
  | { readonly kind: 'buffer'; readonly size: number };

export interface RunnerCall {
  /** The number of the call on the architecture of the runner. */
  readonly number: number;
  readonly args: readonly RunnerArgument[];
}

/** The most bytes of calls, strings and buffers together. */
export const RUNNER_INPUT = 1 << 20;
const ROW = 64;
/** Calls whose results later calls can use. */
export const RUNNER_CALLS = 4096;
/** The input stands at the end of the memory of the runner. It is also where `inputOf` expects it. */
const ARGUMENTS: readonly CpuReg[] = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'];

export interface CallRunner {
  readonly executable: Uint8Array;
  /** Returns the bytes that the runner reads. */
  readonly inputOf: (calls: readonly RunnerCall[]) => Uint8Array;
}

/** Returns a runner, and the function that encodes calls for it. */
export function callRunner(architecture: Architecture): CallRunner {
  const to = makeGenerator(architecture);
  const input = to.memory.part('input', RUNNER_INPUT);
  const results = to.memory.part('results', RUNNER_CALLS * 8);
  const call = (name: 'read' | 'write' | 'exit_group'): CpuForm => asm.syscall(numberOf(name, architecture));
  const executable = executableOf(
    [
      ...readForms(input, call('read')),
      asm.address('s1', input),
      asm.load('s2', 's1'), // the number of calls
      asm.add('s1', 8),
      asm.address('s3', results),
      asm.label('next'),
      asm.branch('eq', 's2', 0, 'end'),
      ...argumentForms(results),
      asm.load('ret', 's1'),
      asm.syscallByNumber(),
      asm.store('ret', 's3'),
      asm.constant('a0', 1),
      asm.move('a1', 's3'),
      asm.constant('a2', 8),
      call('write'),
      asm.add('s1', ROW),
      asm.add('s3', 8),
      asm.sub('s2', 1),
      asm.jump('next'),
      asm.label('end'),
      asm.constant('a0', 0),
      call('exit_group'),
    ],
    to,
  );
  const at = inputAddress(executable);
  return { executable, inputOf: (calls) => inputOf(calls, at) };
}

/** The address of the zeros, where the input is the first part: the virtual address of the third segment. */
function inputAddress(executable: Uint8Array): bigint {
  return Buffer.from(executable).readBigUInt64LE(64 + 2 * 56 + 16);
}

/** Reads standard input up to its end. */
function readForms(input: string, read: CpuForm): CpuForm[] {
  return [
    asm.address('s0', input),
    asm.label('read'),
    asm.constant('a0', 0),
    asm.move('a1', 's0'),
    asm.address('a2', input),
    asm.add('a2', RUNNER_INPUT),
    asm.sub('a2', 's0'),
    read,
    asm.branch('lt', 'ret', 1, 'was-read'),
    asm.add('s0', 'ret'),
    asm.jump('read'),
    asm.label('was-read'),
  ];
}

/** Loads the arguments of the row. An argument that is a result stands there as the offset of the result. */
function argumentForms(results: string): CpuForm[] {
  return ARGUMENTS.flatMap((reg, i) => [
    asm.load(reg, 's1', 16 + 8 * i),
    asm.load('s4', 's1', 8),
    asm.and('s4', 1 << i),
    asm.branch('eq', 's4', 0, `argument.${i}`),
    asm.address('s4', results),
    asm.add('s4', reg),
    asm.load(reg, 's4'),
    asm.label(`argument.${i}`),
  ]);
}

function inputOf(calls: readonly RunnerCall[], at: bigint): Uint8Array {
  const head = 8 + calls.length * ROW;
  const rows = Buffer.alloc(head);
  const behind: Uint8Array[] = [];
  let end = head;
  const place = (bytes: Uint8Array): bigint => {
    const address = at + BigInt(end);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    behind.push(padded);
    end += padded.length;
    return address;
  };
  rows.writeBigUInt64LE(BigInt(calls.length), 0);
  calls.forEach(({ number, args }, i) => {
    const row = 8 + i * ROW;
    rows.writeBigUInt64LE(BigInt(number), row);
    const results = args.reduce<number>((bits, arg, j) => (isResult(arg) ? bits | (1 << j) : bits), 0);
    rows.writeBigUInt64LE(BigInt(results), row + 8);
    args.forEach((arg, j) => {
      rows.writeBigUInt64LE(BigInt.asUintN(64, argumentWord(arg, place)), row + 16 + 8 * j);
    });
  });
  if (end > RUNNER_INPUT || calls.length > RUNNER_CALLS) throw new Error('too many calls for one runner');
  return Buffer.concat([rows, ...behind]);
}

function isResult(arg: RunnerArgument): boolean {
  return typeof arg === 'object' && 'kind' in arg && arg.kind === 'result';
}

function argumentWord(arg: RunnerArgument, place: (bytes: Uint8Array) => bigint): bigint {
  if (typeof arg === 'number' || typeof arg === 'bigint') return BigInt(arg);
  if (typeof arg === 'string') return place(Buffer.from(`${arg}\0`));
  if (arg instanceof Uint8Array) return place(arg);
  return arg.kind === 'result' ? BigInt(arg.of * 8) : place(new Uint8Array(arg.size));
}
