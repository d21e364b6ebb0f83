/** Makes system calls in a process of their own, also under a launcher, and returns what the kernel answered. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRunner, type RunnerArgument } from '../../src/codegen/linux/launcher/call-runner.js';

export type { RunnerArgument };

/** Numbers of x86-64. Source: `arch/x86/entry/syscalls/syscall_64.tbl`. */
export const X86_CALLS = {
  read: 0,
  write: 1,
  open: 2,
  close: 3,
  stat: 4,
  fstat: 5,
  lstat: 6,
  mmap: 9,
  mprotect: 10,
  pread64: 17,
  pwrite64: 18,
  access: 21,
  dup: 32,
  dup2: 33,
  getpid: 39,
  execve: 59,
  kill: 62,
  fcntl: 72,
  flock: 73,
  fsync: 74,
  truncate: 76,
  ftruncate: 77,
  getdents64: 217,
  getcwd: 79,
  chdir: 80,
  fchdir: 81,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  creat: 85,
  link: 86,
  unlink: 87,
  symlink: 88,
  readlink: 89,
  chmod: 90,
  fchmod: 91,
  chown: 92,
  fchown: 93,
  lchown: 94,
  umask: 95,
  utime: 132,
  mknod: 133,
  statfs: 137,
  fstatfs: 138,
  pivot_root: 155,
  prctl: 157,
  chroot: 161,
  mount: 165,
  umount2: 166,
  setxattr: 188,
  lsetxattr: 189,
  fsetxattr: 190,
  getxattr: 191,
  listxattr: 194,
  removexattr: 197,
  lremovexattr: 198,
  fremovexattr: 199,
  exit_group: 231,
  utimes: 235,
  inotify_add_watch: 254,
  openat: 257,
  mkdirat: 258,
  mknodat: 259,
  fchownat: 260,
  futimesat: 261,
  newfstatat: 262,
  unlinkat: 263,
  renameat: 264,
  linkat: 265,
  symlinkat: 266,
  readlinkat: 267,
  fchmodat: 268,
  faccessat: 269,
  unshare: 272,
  ptrace: 101,
  setuid: 105,
  utimensat: 280,
  fallocate: 285,
  inotify_init1: 294,
  name_to_handle_at: 303,
  open_by_handle_at: 304,
  renameat2: 316,
  memfd_create: 319,
  execveat: 322,
  copy_file_range: 326,
  statx: 332,
  io_uring_setup: 425,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  openat2: 437,
  faccessat2: 439,
  mount_setattr: 442,
  landlock_create_ruleset: 444,
  landlock_add_rule: 445,
  landlock_restrict_self: 446,
  fchmodat2: 452,
  setxattrat: 463,
  removexattrat: 466,
  file_setattr: 469,
  ioctl: 16,
} as const;
export type X86Call = keyof typeof X86_CALLS;

export interface AskedCall {
  /** The name of the call, or its number. */
  readonly call: X86Call | number;
  readonly args: readonly RunnerArgument[];
}

/** What the kernel answered: the value, or the name of the error. */
export type Answer = { readonly value: number } | { readonly errno: string };

export interface Answers {
  /** Fewer than the calls if the process ended before. */
  readonly answers: readonly Answer[];
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** The result of an earlier call, such as a descriptor. */
export const resultOf = (index: number): RunnerArgument => ({ kind: 'result', of: index });
/** Memory that the call writes to. */
export const buffer = (size: number): RunnerArgument => ({ kind: 'buffer', size });

const runner = callRunner('x86-64');
let written: string | undefined;

/** The path of the runner, which a policy must allow to execute. It is static: nothing else has to be read. */
export function runnerFile(): string {
  if (written === undefined) {
    written = join(mkdtempSync(join(tmpdir(), 'call-runner-')), 'runner');
    writeFileSync(written, runner.executable, { mode: 0o755 });
  }
  return written;
}

/**
 * Makes calls one after another in one process.
 * @param under the command that starts the runner, such as a launcher; empty to start it without one
 */
export function runCalls(
  under: readonly string[],
  calls: readonly AskedCall[],
  options: { readonly cwd?: string; readonly runner?: string } = {},
): Answers {
  const [command = '', ...args] = [...under, options.runner ?? runnerFile()];
  const run = spawnSync(command, args, {
    input: inputFor(calls),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (run.error !== undefined) throw run.error;
  const answers = answersIn(run.stdout);
  return { answers, status: run.status, signal: run.signal, stderr: run.stderr.toString() };
}

/** Returns what the runner reads from its standard input to make these calls. */
export function inputFor(calls: readonly AskedCall[]): Uint8Array {
  return runner.inputOf(
    calls.map(({ call, args }) => ({ number: typeof call === 'number' ? call : X86_CALLS[call], args })),
  );
}

/** Returns the answers in what the runner wrote to its standard output. */
export function answersIn(output: Buffer): Answer[] {
  return Array.from({ length: output.length >> 3 }, (_, i) => answerOf(output.readBigInt64LE(i * 8)));
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

function answerOf(result: bigint): Answer {
  if (result >= 0n || result < -4095n) return { value: Number(result) };
  return { errno: NAMES.get(-Number(result)) ?? `errno ${-result}` };
}
