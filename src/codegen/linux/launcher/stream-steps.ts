/**
 * The steps that refuse standard streams through which the program could go around a mask.
 *
 * A stream was opened on the mount beneath the masks. From a directory, the program could reach all that lies there. A regular
 * file can be opened again through `/proc/self/fd`, for writing too: on its own mount, where no mask is. So a file is looked up
 * at its path before the masks are laid and after. It is refused where the path then leads to another object or to none
 * (`hide`), or to a mount that has become read-only (`ro`). `pin` and `noexec` are not looked at: a file that is open cannot be
 * moved through its descriptor, and the program can execute the contents of every file that it can read from memory.
 *
 * A file is left alone where its path does not lead to it before the masks are laid: it is removed, or of another root
 * directory. No mask can be above such a file. Terminals, pipes and sockets are left alone too: nothing more can be done with
 * them when they are opened again.
 */
import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  STATX,
  STATX_BASIC_STATS,
  STX_DEV,
  STX_INO,
  STX_MODE,
} from './kernel-values.js';
import { statusOf } from './open-steps.js';
import { andOf, call, field, flags, kept, memory, number, text, when } from './step-values.js';
import type { CallStep, PlanStep, StepMemory } from './steps.js';

interface Stream {
  readonly descriptor: number;
  readonly title: string;
  /** Its path. It starts as zeros, which end the path. */
  readonly path: StepMemory;
}

const PATH_MAX = 4096;
const STREAMS: readonly Stream[] = ['standard input', 'standard output', 'standard error'].map(
  (title, descriptor) => ({ descriptor, title, path: { name: `path of ${title}`, size: PATH_MAX } }),
);
/** `struct statfs`, the same on both architectures. */
const STATFS: StepMemory = { name: 'statfs', size: 120 };
/** Whether the mount or the file system is read-only. */
const READ_ONLY = andOf(field(STATFS, 'f_flags', 80, 8), flags('ST_RDONLY', 1));
const INODE = field(STATX, ...STX_INO);
const DEVICE = field(STATX, ...STX_DEV);

/** Refuses a directory, and keeps what `streamCheckSteps` needs. A stream that is closed is left closed. */
export function streamSteps(): PlanStep[] {
  return STREAMS.flatMap(firstSteps);
}

function firstSteps({ descriptor, title, path }: Stream): PlanStep[] {
  const type = andOf(field(STATX, ...STX_MODE), flags('S_IFMT', S_IFMT));
  const directory = `${title} is a directory, through which the masks could be avoided`;
  return [
    { kind: 'set', memory: STATX, offset: STX_MODE[1] - 4, value: number(0) },
    statusOf(number(descriptor), `cannot read the status of ${title}`, {
      tolerated: { errors: ['EBADF'], then: 'on' },
    }),
    when(type, 'eq', flags('S_IFDIR', S_IFDIR), [{ kind: 'refuse', why: directory }]),
    when(type, 'eq', flags('S_IFREG', S_IFREG), [
      { kind: 'keep', name: `inode of ${title}`, value: INODE },
      { kind: 'keep', name: `device of ${title}`, value: DEVICE },
      call(
        'readlinkat',
        [
          flags('AT_FDCWD', AT_FDCWD),
          text(`/proc/self/fd/${descriptor}`),
          memory(path),
          number(PATH_MAX - 1),
        ],
        `cannot find the path of ${title} in /proc`,
      ),
      { kind: 'set', memory: STATX, offset: STX_INO[1], value: number(0) },
      statusAt(path, `cannot find out whether a mask protects ${title}`, ['ENOENT', 'ENOTDIR']),
      when(INODE, 'eq', kept(`inode of ${title}`), [
        when(DEVICE, 'eq', kept(`device of ${title}`), [
          { kind: 'keep', name: `${title} has a path`, value: number(1) },
        ]),
      ]),
    ]),
  ];
}

/** Refuses the files that a mask protects. Comes after the masks. */
export function streamCheckSteps(): PlanStep[] {
  return STREAMS.flatMap((stream) =>
    when(kept(`${stream.title} has a path`), 'ne', number(0), protectedSteps(stream)),
  );
}

function protectedSteps({ descriptor, title, path }: Stream): PlanStep[] {
  const advice = 'pass its contents through a pipe, as with cat';
  const refused: PlanStep = {
    kind: 'refuse',
    why: `${title} is a file that a mask of the policy protects, and the program could open it again without the mask; ${advice}`,
  };
  const fails = `cannot find out whether a mask protects ${title}`;
  return [
    { kind: 'set', memory: STATX, offset: STX_INO[1], value: number(0) },
    statusAt(path, fails),
    when(INODE, 'ne', kept(`inode of ${title}`), [refused]),
    when(DEVICE, 'ne', kept(`device of ${title}`), [refused]),
    call('fstatfs', [number(descriptor), memory(STATFS)], fails),
    { kind: 'keep', name: 'read-only', value: READ_ONLY },
    call('statfs', [memory(path), memory(STATFS)], fails),
    when(READ_ONLY, 'ne', kept('read-only'), [refused]),
  ];
}

/** Reads the status of what is at a path. */
function statusAt(path: StepMemory, fails: string, errors?: readonly string[]): CallStep {
  const asked = flags('STATX_BASIC_STATS', STATX_BASIC_STATS);
  const unfollowed = flags('AT_SYMLINK_NOFOLLOW', AT_SYMLINK_NOFOLLOW);
  return call('statx', [flags('AT_FDCWD', AT_FDCWD), memory(path), unfollowed, asked, memory(STATX)], fails, {
    tolerated: { ...(errors === undefined ? {} : { errors }), then: 'on' },
  });
}
