/**
 * bpf(2) of this machine, called through libc: the few commands that load a program, run it once and read its maps.
 *
 * There is deliberately no command that attaches: no link, no perf event, no pinning. Programs run by
 * BPF_PROG_TEST_RUN only. Every structure lies in one buffer that stays where it is, so an address in it is an offset.
 *
 * Source: bpf(2), include/uapi/linux/bpf.h (`union bpf_attr`).
 */

/** Types whose programs BPF_PROG_TEST_RUN runs without any other object. */
const PROGRAM_TYPES = { socket_filter: 1, xdp: 6, syscall: 31 } as const;
export type ProgramType = keyof typeof PROGRAM_TYPES;

const COMMAND = { MAP_CREATE: 0, MAP_LOOKUP: 1, MAP_UPDATE: 2, PROG_LOAD: 5, PROG_TEST_RUN: 10 } as const;
const BPF_MAP_TYPE_ARRAY = 2;
const BPF_F_SLEEPABLE = 1 << 4;
const EINTR = 4;

/*
 *   0      128   136       256            4352     4608         524288        1 MiB
 *   ├ attr ┼ key ┼ licence ┼ map's value ─┼ packet ┼ instructions ┼ verifier log ┤
 */
const KEY = 128;
const LICENCE = 136;
const VALUE = 256;
const PACKET = 4352;
const PACKET_SIZE = 64;
const CODE = 4608;
const LOG = 524_288;
const END = 1 << 20;

export interface Failed {
  readonly kind: 'failed';
  readonly errno: number;
}
export interface Opened {
  readonly kind: 'opened';
  readonly fd: number;
}

/** The system call as the tests need it. File descriptors are the caller's to close. */
export interface Bpf {
  createArray(valueSize: number, entries: number): Opened | Failed;
  write(fd: number, index: number, value: Uint8Array): Failed | undefined;
  read(fd: number, index: number, size: number): Uint8Array | Failed;
  load(type: ProgramType, bytes: Uint8Array): Opened | Failed;
  /** What the verifier says of a program that it refuses; empty for one that it takes. */
  log(type: ProgramType, bytes: Uint8Array): string;
  /** Runs a program `repeat` times; nanoseconds of a run, 0 where the type does not tell. */
  run(fd: number, type: ProgramType, repeat: number): { readonly nanoseconds: number } | Failed;
  close(fd: number): void;
}

/** bpf(2) of this machine, or why there is none. */
export async function openBpf(): Promise<Bpf | string> {
  const number = process.arch === 'x64' ? 321 : process.arch === 'arm64' ? 280 : undefined;
  if (process.platform !== 'linux' || number === undefined) return 'this is no 64-bit Linux on x86 or Arm';
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load(null);
    const syscall = libc.func('long syscall(long number, long command, uint64_t attr, unsigned int size)');
    const close = libc.func('int close(int fd)');
    const arena = Buffer.from(new ArrayBuffer(END));
    const call = (command: number, size: number): number | Failed => {
      for (;;) {
        const result = Number(syscall(number, command, koffi.address(arena), size));
        if (result >= 0) return result;
        if (koffi.errno() !== EINTR) return { kind: 'failed', errno: koffi.errno() };
      }
    };
    return commands(arena, koffi.address(arena), call, (fd) => void close(fd));
  } catch (error) {
    return `libc cannot be called: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

type Call = (command: number, size: number) => number | Failed;

function commands(arena: Buffer, base: bigint, call: Call, close: (fd: number) => void): Bpf {
  arena.write('Apache-2.0\0', LICENCE, 'latin1');
  const place = (at: number): bigint => base + BigInt(at);
  const clear = (): Buffer => arena.fill(0, 0, KEY);
  const open = (command: number, size: number): Opened | Failed => {
    const result = call(command, size);
    return typeof result === 'number' ? { kind: 'opened', fd: result } : result;
  };
  const element = (fd: number, index: number): void => {
    clear().writeUInt32LE(fd, 0);
    arena.writeUInt32LE(index, KEY);
    arena.writeBigUInt64LE(place(KEY), 8);
    arena.writeBigUInt64LE(place(VALUE), 16);
  };
  const program = (type: ProgramType, bytes: Uint8Array, logSize: number): Opened | Failed => {
    arena.set(bytes, CODE);
    clear().writeUInt32LE(PROGRAM_TYPES[type], 0);
    arena.writeUInt32LE(bytes.length / 8, 4);
    arena.writeBigUInt64LE(place(CODE), 8);
    arena.writeBigUInt64LE(place(LICENCE), 16);
    arena.writeUInt32LE(logSize > 0 ? 1 : 0, 24);
    arena.writeUInt32LE(logSize, 28);
    arena.writeBigUInt64LE(logSize > 0 ? place(LOG) : 0n, 32);
    arena.writeUInt32LE(type === 'syscall' ? BPF_F_SLEEPABLE : 0, 44);
    return open(COMMAND.PROG_LOAD, 72);
  };
  return {
    createArray(valueSize, entries) {
      [BPF_MAP_TYPE_ARRAY, 4, valueSize, entries].forEach((n, i) =>
        (i === 0 ? clear() : arena).writeUInt32LE(n, i * 4),
      );
      return open(COMMAND.MAP_CREATE, 72);
    },
    write(fd, index, value) {
      element(fd, index);
      arena.set(value, VALUE);
      const result = call(COMMAND.MAP_UPDATE, 32);
      return typeof result === 'number' ? undefined : result;
    },
    read(fd, index, size) {
      element(fd, index);
      const result = call(COMMAND.MAP_LOOKUP, 32);
      return typeof result === 'number' ? new Uint8Array(arena.subarray(VALUE, VALUE + size)) : result;
    },
    load: (type, bytes) => program(type, bytes, 0),
    log(type, bytes) {
      arena.fill(0, LOG);
      const opened = program(type, bytes, END - LOG);
      if (opened.kind === 'opened') {
        close(opened.fd);
        return '';
      }
      return arena.toString('utf8', LOG, arena.indexOf(0, LOG));
    },
    run(fd, type, repeat) {
      clear().writeUInt32LE(fd, 0);
      if (type !== 'syscall') {
        arena.writeUInt32LE(PACKET_SIZE, 8);
        arena.writeBigUInt64LE(place(PACKET), 16);
        arena.writeUInt32LE(repeat, 32);
      }
      const result = call(COMMAND.PROG_TEST_RUN, 80);
      return typeof result === 'number' ? { nanoseconds: arena.readUInt32LE(36) } : result;
    },
    close,
  };
}
