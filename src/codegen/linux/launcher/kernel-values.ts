/**
 * Flags and structures of the kernel that more than one step uses.
 *
 * Source: `include/uapi/asm-generic/fcntl.h`, `include/uapi/linux/stat.h`, `struct stat` of each architecture.
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
export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;

/** `struct stat`: 144 bytes on x86-64, 128 on aarch64. */
export const STAT: StepMemory = { name: 'stat', size: 144 };

type StatField = readonly [shown: string, offset: StepField['offset'], width: StepField['width']];
export const ST_DEV: StatField = ['st_dev', { 'x86-64': 0, aarch64: 0 }, 8];
export const ST_INO: StatField = ['st_ino', { 'x86-64': 8, aarch64: 8 }, 8];
export const ST_MODE: StatField = ['st_mode', { 'x86-64': 24, aarch64: 16 }, 4];
