/**
 * The probes: the calls that are compared under the policy and under the plan, on one object or on two.
 *
 * Each row names the action that the call is mainly about, for a request that is stopped although the policy allows it. A row can
 * open a descriptor first; then only what follows is compared, because the open has a row of its own.
 */
import type { ActionName } from '../../../abi/actions.js';
import type { GapCause } from '../../../artifact/gap.js';
import { ACCESS, AT_SYMLINK_NOFOLLOW, MAP_PRIVATE, O, PROT } from '../../../runtime/kernel/errno.js';
import * as sys from '../../../runtime/kernel/syscalls/index.js';
import type { CallResult, Task } from '../../../runtime/kernel/task.js';
import type { InodeKind } from '../../../runtime/kernel/vfs.js';

export interface Probe {
  readonly kinds: readonly InodeKind[];
  readonly about: ActionName;
  /** The call, with `PATH`, `NEW` (a free name in the same directory) and `TO` (a free name in another) in place of paths. */
  readonly text: string;
  /** Why the call is not stopped, where that does not depend on the plan. */
  readonly cause?: GapCause;
  /** Only `getattr` is at stake: the call tells something about the object and opens nothing. */
  readonly tells?: true;
  /** Flags of the open that comes first. */
  readonly opens?: number;
  /** The object is moved from `PATH` to `TO` first. */
  readonly moves?: true;
  readonly make: (task: Task, paths: ProbePaths, fd: number) => CallResult;
}

export interface ProbePaths {
  readonly path: string;
  /** A free name: in the directory of the object, or in the object if it is a directory and the call creates something. */
  readonly fresh: string;
  /** A free name in the other directory, for probes with two objects. */
  readonly to: string;
}

const FILES: readonly InodeKind[] = ['file', 'device', 'fifo'];
const DIR: readonly InodeKind[] = ['dir'];
const ALL: readonly InodeKind[] = ['file', 'dir', 'device', 'fifo'];
const REGULAR: readonly InodeKind[] = ['file'];

type PathProbe = (task: Task, path: string) => CallResult;

function onPath(
  kinds: readonly InodeKind[],
  about: ActionName,
  text: string,
  call: PathProbe,
  more: Partial<Probe> = {},
): Probe {
  return { kinds, about, text, make: (task, { path }) => call(task, path), ...more };
}

const opening =
  (flags: number): PathProbe =>
  (task, path) =>
    sys.open(task, path, flags);

/** Calls on one object, by its path. */
const BY_PATH: readonly Probe[] = [
  onPath(FILES, 'read', 'open(PATH, O_RDONLY)', opening(O.RDONLY)),
  onPath(FILES, 'write', 'open(PATH, O_WRONLY)', opening(O.WRONLY)),
  onPath(FILES, 'append', 'open(PATH, O_WRONLY | O_APPEND)', opening(O.WRONLY | O.APPEND), {
    cause: 'append-is-write',
  }),
  onPath(REGULAR, 'write', 'open(PATH, O_WRONLY | O_TRUNC)', opening(O.WRONLY | O.TRUNC)),
  onPath(DIR, 'readdir', 'open(PATH, O_RDONLY | O_DIRECTORY)', opening(O.RDONLY | O.DIRECTORY)),
  onPath(ALL, 'open', 'open(PATH, O_PATH)', opening(O.PATH), { cause: 'open-with-access' }),
  onPath(REGULAR, 'execute', 'execve(PATH)', (task, path) => sys.execve(task, path)),
  onPath(REGULAR, 'setattr', 'truncate(PATH)', (task, path) => sys.truncate(task, path)),
  onPath(ALL, 'getattr', 'stat(PATH)', (task, path) => sys.stat(task, path), { tells: true }),
  onPath(ALL, 'getattr', 'access(PATH, R_OK)', (task, path) => sys.access(task, path, ACCESS.R_OK), {
    tells: true,
  }),
  onPath(ALL, 'getattr', 'getxattr(PATH)', (task, path) => sys.getxattr(task, path), { tells: true }),
  onPath(ALL, 'getattr', 'statfs(PATH)', (task, path) => sys.statfs(task, path), { tells: true }),
  onPath(['symlink'], 'getattr', 'readlink(PATH)', (task, path) => sys.readlink(task, path), { tells: true }),
  onPath(ALL, 'setattr', 'chmod(PATH)', (task, path) => sys.chmod(task, path)),
  onPath(ALL, 'setattr', 'chown(PATH)', (task, path) => sys.chown(task, path)),
  onPath(ALL, 'setattr', 'utimensat(PATH)', (task, path) => sys.utimes(task, path)),
  onPath(ALL, 'setattr', 'setxattr(PATH)', (task, path) => sys.setxattr(task, path)),
  onPath(['symlink'], 'setattr', 'lchown(PATH)', (task, path) =>
    sys.chown(task, path, undefined, AT_SYMLINK_NOFOLLOW),
  ),
  onPath(DIR, 'chdir', 'chdir(PATH)', (task, path) => sys.chdir(task, path)),
  onPath(DIR, 'chroot', 'chroot(PATH)', (task, path) => sys.chroot(task, path)),
  onPath(ALL, 'mounton', 'mount("/", PATH)', (task, path) => sys.mountBind(task, path, path), {
    cause: 'mount-refused',
  }),
  onPath([...FILES, 'symlink'], 'unlink', 'unlink(PATH)', (task, path) => sys.unlink(task, path)),
  onPath(DIR, 'rmdir', 'rmdir(PATH)', (task, path) => sys.rmdir(task, path)),
];

/** Calls on an open file. */
const BY_DESCRIPTOR: readonly Probe[] = [
  {
    kinds: ALL,
    about: 'fcntl',
    text: 'fcntl(open(PATH, O_RDONLY))',
    cause: 'nothing-stops',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.fcntl(task, fd),
  },
  {
    kinds: ALL,
    about: 'lock',
    text: 'flock(open(PATH, O_RDONLY))',
    cause: 'nothing-stops',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.flock(task, fd),
  },
  {
    kinds: ALL,
    about: 'ioctl',
    text: 'ioctl(open(PATH, O_RDONLY))',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.ioctl(task, fd),
  },
  {
    kinds: ['file', 'device'],
    about: 'map',
    text: 'mmap(open(PATH, O_RDONLY), PROT_READ)',
    cause: 'nothing-stops',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.mmap(task, fd, PROT.READ, MAP_PRIVATE),
  },
  {
    kinds: REGULAR,
    about: 'execute',
    text: 'mmap(open(PATH, O_RDONLY), PROT_READ | PROT_EXEC)',
    cause: 'nothing-stops',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.mmap(task, fd, PROT.READ | PROT.EXEC, MAP_PRIVATE),
  },
  {
    kinds: REGULAR,
    about: 'setattr',
    text: 'ftruncate(open(PATH, O_WRONLY))',
    opens: O.WRONLY,
    make: (task, _paths, fd) => sys.ftruncate(task, fd),
  },
  {
    kinds: ALL,
    about: 'setattr',
    text: 'fchmod(open(PATH, O_RDONLY))',
    opens: O.RDONLY,
    make: (task, _paths, fd) => sys.fchmod(task, fd),
  },
];

function inDirectory(about: ActionName, text: string, call: PathProbe): Probe {
  return { kinds: DIR, about, text, make: (task, { fresh }) => call(task, fresh) };
}

/** Calls that make something in a directory. */
const IN_DIRECTORY: readonly Probe[] = [
  inDirectory('create', 'open(NEW, O_CREAT | O_WRONLY)', opening(O.CREAT | O.WRONLY)),
  inDirectory('create', 'mkdir(NEW)', (task, path) => sys.mkdir(task, path)),
  inDirectory('create', 'symlink("x", NEW)', (task, path) => sys.symlink(task, 'x', path)),
  inDirectory('create', 'mknod(NEW, S_IFREG)', (task, path) => sys.mknod(task, path, 'file')),
  inDirectory('create', 'mknod(NEW, S_IFIFO)', (task, path) => sys.mknod(task, path, 'fifo')),
];

/** Calls that give an object another name in its directory. */
const IN_PLACE: readonly Probe[] = [
  {
    kinds: [...ALL, 'symlink'],
    about: 'rename',
    text: 'rename(PATH, NEW)',
    make: (task, { path, fresh }) => sys.rename(task, path, fresh),
  },
  {
    kinds: FILES,
    about: 'link',
    text: 'link(PATH, NEW)',
    make: (task, { path, fresh }) => sys.link(task, path, fresh),
  },
];

/** The probes on one object. */
export const PROBES: readonly Probe[] = [...BY_PATH, ...BY_DESCRIPTOR, ...IN_DIRECTORY];
/** The probes that need a second name, in the same directory. */
export const NAME_PROBES: readonly Probe[] = IN_PLACE;
/** The probes that move or link an object to another directory. */
export const MOVE_PROBES: readonly Probe[] = [
  {
    kinds: [...ALL, 'symlink'],
    about: 'rename',
    text: 'rename(PATH, TO)',
    make: (task, { path, to }) => sys.rename(task, path, to),
  },
  {
    kinds: FILES,
    about: 'link',
    text: 'link(PATH, TO)',
    make: (task, { path, to }) => sys.link(task, path, to),
  },
];

function afterMove(kinds: readonly InodeKind[], about: ActionName, text: string, call: PathProbe): Probe {
  return { kinds, about, text, moves: true, make: (task, { to }) => call(task, to) };
}

/** Calls on an object that scopes name, after it was moved to another directory: it keeps its verdicts. */
export const AFTER_MOVE_PROBES: readonly Probe[] = [
  afterMove(FILES, 'read', 'open(TO, O_RDONLY)', opening(O.RDONLY)),
  afterMove(FILES, 'write', 'open(TO, O_WRONLY)', opening(O.WRONLY)),
  afterMove(REGULAR, 'execute', 'execve(TO)', (task, path) => sys.execve(task, path)),
  afterMove(DIR, 'readdir', 'open(TO, O_RDONLY | O_DIRECTORY)', opening(O.RDONLY | O.DIRECTORY)),
];
