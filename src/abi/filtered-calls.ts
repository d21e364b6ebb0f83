/**
 * The system calls that a static filter can deny for an action: those that do nothing but what the action names.
 *
 * An action that is missing here cannot be held by a filter: its calls also serve other actions, or also work on objects that
 * are not files.
 */
import type { ActionName } from './actions.js';

/** The calls of an action, by the names of the kernel's tables; `:removedir` is the call with AT_REMOVEDIR. */
export const FILTERED_CALLS: Readonly<Partial<Record<ActionName, readonly string[]>>> = {
  chroot: ['chroot', 'pivot_root'],
  mounton: ['mount', 'move_mount', 'pivot_root', 'umount2'],
  rename: ['rename', 'renameat', 'renameat2'],
  link: ['link', 'linkat'],
  unlink: ['unlink', 'unlinkat'],
  rmdir: ['rmdir', 'unlinkat:removedir'],
  setattr: [
    'chmod',
    'fchmod',
    'fchmodat',
    'fchmodat2',
    'chown',
    'fchown',
    'lchown',
    'fchownat',
    'utime',
    'utimes',
    'futimesat',
    'utimensat',
    'setxattr',
    'lsetxattr',
    'fsetxattr',
    'setxattrat',
    'removexattr',
    'lremovexattr',
    'fremovexattr',
    'removexattrat',
    'file_setattr',
    'truncate',
    'ftruncate',
  ],
};

/** The actions of the table that io_uring can carry out without a system call of its own. */
export const IO_URING_ACTIONS: readonly ActionName[] = ['rename', 'link', 'unlink', 'rmdir', 'setattr'];
