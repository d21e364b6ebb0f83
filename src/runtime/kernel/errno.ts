/**
 * Error names and numbers of Linux on x86-64, and the flag values that calls take.
 *
 * Source: include/uapi/asm-generic/errno-base.h, errno.h and fcntl.h of Linux.
 */

/** Errno name → positive number. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
} as const;

export type Errno = keyof typeof ERRNO;

/** Flags of `open`. Flags that do not matter to the model, such as `O_NONBLOCK` and `O_CLOEXEC`, are ignored. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  PATH: 0o10000000,
} as const;

/** Flags of the `*at` calls. */
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;

/** Modes of `access`. */
export const ACCESS = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;

/** Flags of `renameat2`. */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

/** Protection bits and flags of `mmap`. */
export const PROT = { NONE: 0, READ: 1, WRITE: 2, EXEC: 4 } as const;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
