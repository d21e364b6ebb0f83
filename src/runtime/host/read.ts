/** Reads the real file system for the host tree. An error that says nothing about existence is an `UnreadableError`. */
import fs from 'node:fs';
import { HEAD_BYTES, interpreterOf } from '../kernel/interpreter-path.js';
import { bytesFromName, nameFromBytes, pathTooLong } from '../kernel/names.js';
import { UnreadableError, type InodeKind } from '../kernel/vfs.js';

/** What `lstat` says about an object. */
export interface HostStat {
  readonly kind: InodeKind;
  readonly device: bigint;
  readonly inode: bigint;
  /** Number of names, also of those that were not looked up. */
  readonly nlink: number;
  readonly executable: boolean;
  /** The time of birth, or what stands there where the file system does not tell it: see `birthOf`. */
  readonly born: bigint;
  readonly changed: bigint;
}

/** Returns what is at a path; undefined if there is nothing. A link is not followed. */
export function readStat(path: string): HostStat | undefined {
  const stats = attempt(path, () => fs.lstatSync(rawPath(path), { bigint: true, throwIfNoEntry: false }));
  if (stats === undefined) return undefined;
  return {
    kind: kindOf(stats),
    device: stats.dev,
    inode: stats.ino,
    nlink: Number(stats.nlink),
    executable: (stats.mode & 0o111n) !== 0n,
    born: stats.birthtimeNs,
    changed: stats.ctimeNs,
  };
}

/**
 * Returns when an object was made, in nanoseconds since 1970; undefined if that is not known.
 *
 * libuv 1.46 gives 0 where the file system does not tell. If `statx` was refused once, it uses `fstatat` from then on and
 * gives the time of the last change. That time is also the time of birth of an object that did not change. To tell these
 * apart, `/proc` is asked: it does not tell its birth, so the two times differ there while `statx` is used.
 */
export function birthOf({ born, changed }: Pick<HostStat, 'born' | 'changed'>): bigint | undefined {
  if (born === 0n) return undefined;
  if (born !== changed) return born;
  const proc = readStat('/proc');
  return proc === undefined || proc.born === proc.changed ? undefined : born;
}

function kindOf(stats: fs.BigIntStats): InodeKind {
  if (stats.isDirectory()) return 'dir';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFile()) return 'file';
  return stats.isFIFO() || stats.isSocket() ? 'fifo' : 'device';
}

/** Returns the target of a symbolic link; undefined if it is gone. */
export function readTarget(path: string): string | undefined {
  const bytes = attempt(path, () => fs.readlinkSync(rawPath(path), { encoding: 'buffer' }));
  return bytes === undefined ? undefined : nameFromBytes(bytes);
}

/** Returns the names in a directory, sorted by their bytes. A directory that is gone has none. */
export function readNames(path: string): readonly string[] {
  const names = attempt(path, () => fs.readdirSync(rawPath(path), 'utf8')) ?? [];
  if (!names.some((name) => name.includes('\u{fffd}'))) return names.sort(byCodePoint);
  const bytes = attempt(path, () => fs.readdirSync(rawPath(path), 'buffer')) ?? [];
  return bytes.sort(Buffer.compare).map(nameFromBytes);
}

/** Compares as the bytes of UTF-8 do. JavaScript compares UTF-16 units, which differ for surrogates. */
function byCodePoint(a: string, b: string): number {
  return SURROGATE.test(a) || SURROGATE.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
      ? -1
      : Number(a > b);
}

/** Returns the interpreter of a program; undefined if it has none or cannot be read. */
export function readInterpreter(path: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(
      rawPath(path),
      fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
    );
  } catch {
    // A program that may be executed and not read: its interpreter is unknown to this user.
    return undefined;
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return interpreterOf(head.subarray(0, fs.readSync(fd, head, 0, HEAD_BYTES, 0)));
  } finally {
    fs.closeSync(fd);
  }
}

/** Returns a path as Node takes it: bytes when a name in it is not UTF-8. */
export function rawPath(path: string): string | Buffer {
  return SURROGATE.test(path) ? bytesFromName(path) : path;
}
const SURROGATE = /[\ud800-\udfff]/;

/** Errors that say that there is no object: it was not there, or it vanished after its name was listed. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ESRCH', 'EINVAL']);

function attempt<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const tooDeep = code === 'ENAMETOOLONG' && pathTooLong(path);
    if (ABSENT.has(code) && !tooDeep) return undefined;
    if (code === '') throw error;
    throw new UnreadableError(path, code);
  }
}
