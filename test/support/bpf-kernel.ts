/**
 * The Linux kernel as a third opinion on the engine: a raw program (r1 = memory, r2 = its length, maps by index) is
 * wrapped, loaded, run by BPF_PROG_TEST_RUN and read back. Nothing is attached; all descriptors are closed.
 *
 * The program becomes a local function, so that all 64 bits of r0 are seen and it may exit anywhere:
 *
 *     main:    r1 = memory's value; r2 = length; call program; *(u64 *)result = r0; r0 = 0; exit
 *     program: the bytes, map indices replaced by descriptors
 *
 * Known weakness: the wrapper is a frame, and the kernel allows 512 bytes for all frames of a chain of calls, so a
 * program that uses all of the stack is refused.
 */
import { decode } from '../../src/bpf/decode.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import type { I32, Instruction } from '../../src/bpf/types.js';
import { i16, i32, reg, slotsOf } from '../../src/bpf/types.js';
import { openBpf } from './bpf.js';
import type { Bpf, Failed, Opened, ProgramType } from './bpf.js';

/** An array map and what is in it: `entries` values, one after the other. */
export interface KernelMap {
  readonly valueSize: number;
  readonly entries: number;
  readonly values: Uint8Array;
}

export interface KernelProgram {
  readonly bytes: Uint8Array;
  readonly memory: Uint8Array;
  /** By the index that LD_IMM64 has. */
  readonly maps: readonly KernelMap[];
}

export type KernelOutcome =
  /** r0 unsigned; memory and the maps' values as the program left them. */
  | {
      readonly kind: 'ran';
      readonly r0: bigint;
      readonly memory: Uint8Array;
      readonly maps: readonly Uint8Array[];
      /** 0 for the type `syscall`, which is not timed. */
      readonly nanoseconds: number;
    }
  | { readonly kind: 'refused'; readonly errno: number; readonly log: string };

export interface Kernel {
  readonly kind: 'kernel';
  /** Throws where a system call other than the load fails: then the machine is at fault, not the program. */
  run(program: KernelProgram, type: ProgramType): KernelOutcome;
  /**
   * Nanoseconds of a run of bytes that need neither memory nor maps, as they are, over `repeat` runs; undefined where
   * the kernel refuses them. The loop around the runs is in the figure: measure an empty program too.
   */
  time(bytes: Uint8Array, repeat: number): number | undefined;
}

export interface NoKernel {
  readonly kind: 'absent';
  readonly reason: string;
}

const EXIT: Instruction = { kind: 'exit' };
const ZERO: Instruction = {
  kind: 'alu',
  width: 64,
  op: 'mov',
  dst: reg(0),
  src: { kind: 'imm', imm: i32(0) },
};

/** This machine's kernel, if its bpf(2) can be called and this user may load programs. */
export async function openKernel(): Promise<Kernel | NoKernel> {
  const bpf = await openBpf();
  if (typeof bpf === 'string') return { kind: 'absent', reason: bpf };
  const kernel: Kernel = {
    kind: 'kernel',
    run: (program, type) => runWrapped(bpf, program, type),
    time: (bytes, repeat) => timeBytes(bpf, bytes, repeat),
  };
  for (const type of ['socket_filter', 'xdp', 'syscall'] as const) {
    const problem = tried(bpf, type);
    if (problem !== undefined) return { kind: 'absent', reason: `${type}: ${problem}` };
  }
  return kernel;
}

function tried(bpf: Bpf, type: ProgramType): string | undefined {
  const loaded = bpf.load(type, encodeInstructions([ZERO, EXIT]));
  if (loaded.kind === 'failed') return `a program cannot be loaded, errno ${loaded.errno}`;
  try {
    const ran = bpf.run(loaded.fd, type, 1);
    return 'kind' in ran ? `a program cannot be run, errno ${ran.errno}` : undefined;
  } finally {
    bpf.close(loaded.fd);
  }
}

function timeBytes(bpf: Bpf, bytes: Uint8Array, repeat: number): number | undefined {
  const loaded = bpf.load('socket_filter', bytes);
  if (loaded.kind === 'failed') return undefined;
  try {
    return must(bpf.run(loaded.fd, 'socket_filter', repeat)).nanoseconds;
  } finally {
    bpf.close(loaded.fd);
  }
}

function runWrapped(bpf: Bpf, { bytes, memory, maps }: KernelProgram, type: ProgramType): KernelOutcome {
  const fds: number[] = [];
  const keep = (opened: Opened | Failed): number => {
    const { fd } = must(opened);
    fds.push(fd);
    return fd;
  };
  const filled = (map: KernelMap): number => {
    const fd = keep(bpf.createArray(map.valueSize, map.entries));
    for (let i = 0; i < map.entries; i++) bpf.write(fd, i, valueOf(map, i));
    return fd;
  };
  try {
    const memoryMap = asMap(memory);
    const memoryFd = filled(memoryMap);
    const resultFd = keep(bpf.createArray(8, 1));
    const mapFds = maps.map(filled);
    const wrapped = wrap(bytes, memory.length, memoryFd, resultFd, mapFds);
    const loaded = bpf.load(type, wrapped);
    if (loaded.kind === 'failed')
      return { kind: 'refused', errno: loaded.errno, log: bpf.log(type, wrapped) };
    const { nanoseconds } = must(bpf.run(keep(loaded), type, 1));
    const read = (fd: number, map: KernelMap): Uint8Array => readAll(bpf, fd, map);
    const r0 = new DataView(must(bpf.read(resultFd, 0, 8)).buffer as ArrayBuffer).getBigUint64(0, true);
    return {
      kind: 'ran',
      r0,
      memory: read(memoryFd, memoryMap).subarray(0, memory.length),
      maps: maps.map((map, i) => read(mapFds[i] ?? -1, map)),
      nanoseconds,
    };
  } finally {
    for (const fd of fds) bpf.close(fd);
  }
}

/** A map cannot have a value of no bytes. */
function asMap(memory: Uint8Array): KernelMap {
  const values = memory.length === 0 ? new Uint8Array(8) : memory;
  return { valueSize: values.length, entries: 1, values };
}

const valueOf = (map: KernelMap, index: number): Uint8Array =>
  map.values.subarray(index * map.valueSize, (index + 1) * map.valueSize);

function readAll(bpf: Bpf, fd: number, map: KernelMap): Uint8Array {
  const all = new Uint8Array(map.valueSize * map.entries);
  for (let i = 0; i < map.entries; i++) all.set(must(bpf.read(fd, i, map.valueSize)), i * map.valueSize);
  return all;
}

function must<T extends object>(outcome: T | Failed): T {
  if ('errno' in outcome) throw new Error(`bpf(2) failed, errno ${outcome.errno}`);
  return outcome as T;
}

const mapValue = (dst: number, fd: number): Instruction => ({
  kind: 'ld_imm64',
  dst: reg(dst),
  source: { kind: 'map_value', map: i32(fd), offset: i32(0) },
});

function wrap(
  bytes: Uint8Array,
  length: number,
  memoryFd: number,
  resultFd: number,
  mapFds: readonly number[],
): Uint8Array {
  const after: readonly Instruction[] = [
    mapValue(1, resultFd),
    { kind: 'store', size: 8, dst: reg(1), offset: i16(0), src: reg(0) },
    ZERO,
    EXIT,
  ];
  const main: readonly Instruction[] = [
    mapValue(1, memoryFd),
    { kind: 'alu', width: 64, op: 'mov', dst: reg(2), src: { kind: 'imm', imm: i32(length) } },
    { kind: 'call_local', offset: i32(after.reduce((n, op) => n + slotsOf(op), 0)) },
    ...after,
  ];
  return Buffer.concat([encodeInstructions(main), withDescriptors(bytes, mapFds)]);
}

/** The program with descriptors for map indices. Bytes that do not decode stay: the kernel is to judge them. */
function withDescriptors(bytes: Uint8Array, fds: readonly number[]): Uint8Array {
  const patched = new Uint8Array(bytes);
  const view = new DataView(patched.buffer);
  for (const { slot, instruction } of decode(bytes).instructions) {
    if (instruction.kind !== 'ld_imm64' || instruction.source.kind === 'imm') continue;
    const index: I32 = instruction.source.map;
    view.setInt32(slot * 8 + 4, fds[index] ?? -1, true);
  }
  return patched;
}
