/**
 * The seam between the system calls and what stock Linux enforces on a task: Landlock, mount flags, a static seccomp filter,
 * and a lack of capabilities.
 *
 * Each method stands for one decision point of Linux. The calls ask at the place of that function in their order of errors.
 * A method returns the errno of a refusal, or undefined. A task without a confinement is never asked.
 */
import type { ActionName } from '../../abi/actions.js';
import type { Errno } from './errno.js';
import type { Inode, InodeKind, Location, Mount } from './vfs.js';

/** An object and the directory entry that led to it: `struct path` of Linux. */
export interface EntryLocation extends Location {
  /** The directory that has the name. It matters only for an object that is not a directory. */
  readonly dir: Inode | undefined;
}

/** What an open asks of its file: the modes of `struct file`, and whether it is opened to be executed. */
export interface OpenRequest {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

/** What an open file allows later, whoever holds it. It is fixed when the file is opened. */
export interface OpenLimits {
  readonly truncate: boolean;
  /** Whether commands of a device may be sent to the file if it is a device. */
  readonly ioctl: boolean;
}
export const UNLIMITED: OpenLimits = { truncate: true, ioctl: true };

export interface Confinement {
  /** The mounts of the task's mount namespace, for `is_local_mountpoint`. */
  readonly mounts: readonly Mount[];
  /** The seccomp filter. It comes before the kernel looks at any argument. */
  filtered(action: ActionName): Errno | undefined;
  /** Whether the mount is read-only: `mnt_want_write` and `__mnt_is_readonly`. */
  isReadOnly(mount: Mount): boolean;
  /** `path_noexec`. */
  isNoExec(mount: Mount): boolean;
  /** `capable`, for every capability. */
  isCapable(): boolean;
  /** `security_path_mknod` (open with O_CREAT too), `security_path_mkdir` and `security_path_symlink`. */
  makes(dir: Location, kind: InodeKind): Errno | undefined;
  /** `security_path_unlink` and, for the call `rmdir`, `security_path_rmdir`. */
  removes(dir: Location, call: 'unlink' | 'rmdir'): Errno | undefined;
  /** `security_path_link`. */
  links(old: EntryLocation, dir: Location): Errno | undefined;
  /** `security_path_rename`. `replaced`: the object that has the new name. */
  renames(
    old: EntryLocation,
    dir: Location,
    replaced: Inode | undefined,
    exchange: boolean,
  ): Errno | undefined;
  /** `security_file_open`. */
  opens(file: EntryLocation, request: OpenRequest): OpenLimits | Errno;
  /** `security_path_truncate`. */
  truncates(file: EntryLocation): Errno | undefined;
  /** `security_ptrace_access_check`, for a task with this confinement. */
  mayTrace(other: Confinement | undefined): boolean;
}
