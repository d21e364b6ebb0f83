/**
 * Makes a tree from a real directory, which becomes the root. It follows no links and opens no files, except that the option
 * `interpreters` reads the first bytes of executable files.
 */
import fs from 'node:fs';
import type { BuiltTree, TreeProblem } from './build-tree.js';
import { HEAD_BYTES, interpreterOf } from './interpreter-path.js';
import { nameFromBytes } from './names.js';
import { addEntry, newInode, Vfs, type Inode, type InodeKind } from './vfs.js';

export interface SnapshotOptions {
  /** True to read directories on other file systems (default: they become empty directories). */
  readonly otherFileSystems?: boolean;
  /** Maximum number of entries (default one million). More end the snapshot with a problem. */
  readonly limit?: number;
  /** True to read the interpreters from the first bytes of executable files (default: no). */
  readonly interpreters?: boolean;
}

export interface DirectorySnapshot extends BuiltTree {
  readonly entries: number;
  /** False if the limit ended the snapshot. */
  readonly complete: boolean;
}

interface Reading {
  readonly vfs: Vfs;
  readonly problems: TreeProblem[];
  readonly options: Required<SnapshotOptions>;
  readonly device: number;
  /** Files with several names, by `device:inode`. */
  readonly linked: Map<string, Inode>;
  entries: number;
}

interface Waiting {
  readonly path: Buffer;
  readonly dir: Inode;
}

const DEFAULTS: Required<SnapshotOptions> = {
  otherFileSystems: false,
  limit: 1_000_000,
  interpreters: false,
};

/** Makes a tree from a directory. Never throws: an object that cannot be read, even the root, is in `problems`. */
export function snapshotDirectory(path: string, options: SnapshotOptions = {}): DirectorySnapshot {
  const vfs = new Vfs();
  const problems: TreeProblem[] = [];
  const device = attempt(problems, path, () => fs.statSync(path).dev) ?? 0;
  const reading: Reading = {
    vfs,
    problems,
    options: { ...DEFAULTS, ...options },
    device,
    linked: new Map(),
    entries: 0,
  };
  const waiting: Waiting[] = problems.length === 0 ? [{ path: Buffer.from(path), dir: vfs.root }] : [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (readDirectory(reading, next, waiting)) continue;
    problems.push({ path, problem: `more than ${reading.options.limit} entries` });
    return { vfs, problems, entries: reading.entries, complete: false };
  }
  return { vfs, problems, entries: reading.entries, complete: true };
}

/** Returns the result of `run`; on an error, adds a problem with its code and returns undefined. */
function attempt<T>(problems: TreeProblem[], path: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    problems.push({ path, problem: (error as NodeJS.ErrnoException).code ?? String(error) });
    return undefined;
  }
}

/** Adds the entries of one directory, sorted, so that inode numbers are reproducible. Returns false at the limit. */
function readDirectory(reading: Reading, at: Waiting, waiting: Waiting[]): boolean {
  const { problems } = reading;
  const names = attempt(problems, nameFromBytes(at.path), () =>
    fs.readdirSync(at.path, { encoding: 'buffer' }),
  );
  for (const bytes of names?.sort(Buffer.compare) ?? []) {
    if (reading.entries >= reading.options.limit) return false;
    const path = Buffer.concat([at.path, SLASH, bytes]);
    const shown = nameFromBytes(path);
    const stats = attempt(problems, shown, () => fs.lstatSync(path));
    if (stats === undefined) continue;
    const inode = attempt(problems, shown, () => inodeFor(reading, path, stats));
    if (inode === undefined) continue;
    addEntry(reading.vfs, at.dir, nameFromBytes(bytes), inode);
    reading.entries++;
    const enters = reading.options.otherFileSystems || stats.dev === reading.device;
    if (inode.kind === 'dir' && enters) waiting.push({ path, dir: inode });
  }
  return true;
}
const SLASH = Buffer.from('/');

function inodeFor(reading: Reading, path: Buffer, stats: fs.Stats): Inode {
  const kind = kindOfStats(stats);
  if (kind === 'dir' || stats.nlink === 1) return newInodeFor(reading, path, stats, kind);
  const big = fs.lstatSync(path, { bigint: true });
  const key = `${big.dev}:${big.ino}`;
  const inode = reading.linked.get(key) ?? newInodeFor(reading, path, stats, kind);
  reading.linked.set(key, inode);
  return inode;
}

function kindOfStats(stats: fs.Stats): InodeKind {
  if (stats.isDirectory()) return 'dir';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFile()) return 'file';
  return stats.isFIFO() || stats.isSocket() ? 'fifo' : 'device';
}

function newInodeFor(reading: Reading, path: Buffer, stats: fs.Stats, kind: InodeKind): Inode {
  const target = kind === 'symlink' ? nameFromBytes(fs.readlinkSync(path, { encoding: 'buffer' })) : '';
  const inode = newInode(reading.vfs, kind, target);
  const reads = reading.options.interpreters && kind === 'file' && (stats.mode & 0o111) !== 0;
  if (reads) inode.interpreter = interpreterOf(readHead(path));
  return inode;
}

function readHead(path: Buffer): Uint8Array {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, fs.readSync(fd, head, 0, HEAD_BYTES, 0));
  } finally {
    fs.closeSync(fd);
  }
}
