/**
 * Flags and structures of the kernel that more than one step uses.
 *
 * Source: `include/uapi/asm-generic/fcntl.h`, `include/uapi/linux/stat.h`.
 */
import type { Architecture } from './asm/forms.js';
import type { StepField, StepMemory } from './steps.js';

export const AT_FDCWD = -100n;
export const O_WRONLY = 1;
export const O_CREAT = 0o100;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const O_NOFOLLOW: Readonly<Record<Architecture, number>> = { 'x86-64': 0o400000, aarch64: 0o100000 };
export const AT_EMPTY_PATH = 0x1000;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;

/** `struct statx`, the same on every architecture. */
export const STATX: StepMemory = { name: 'statx', size: 256 };
export const STATX_BASIC_STATS = 0x7ff;
export const STATX_BTIME = 0x800;

type StatField = readonly [shown: string, offset: number, width: StepField['width']];
/** Which fields the file system gave. */
export const STX_MASK: StatField = ['stx_mask', 0, 4];
/** 16 bits and 16 unused ones. */
export const STX_MODE: StatField = ['stx_mode', 28, 4];
export const STX_INO: StatField = ['stx_ino', 32, 8];
export const STX_BTIME_SEC: StatField = ['stx_btime.tv_sec', 80, 8];
export const STX_BTIME_NSEC: StatField = ['stx_btime.tv_nsec', 88, 4];
/** `stx_dev_major` and `stx_dev_minor`, 32 bits each: see `deviceWord`. */
export const STX_DEV: StatField = ['stx_dev', 136, 8];

/** Returns the major and the minor number of an `st_dev` as they stand in `struct statx`. */
export function deviceWord(device: bigint): bigint {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return major | (minor << 32n);
}
