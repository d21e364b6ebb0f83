/**
 * A `Vfs` over the real file system. It reads what grounding asks for and nothing else.
 *
 * Input: the names that are looked up. Output: inodes by (device, inode), mounts by the mount table. Invariants: an object that
 * is found twice is one inode. A directory at two paths is shown by two mounts. A mount is attached when a walk reaches its
 * mount point; then the other mounts of its file system are attached too, because they may show the same directories. File
 * systems that no walk reaches are not touched, so a dead network mount does not hang.
 *
 * Known weaknesses: what was read stays as it was, so the launcher compares identities again. `/proc/self`
 * is a directory without identity: the launcher finds its own there. Links beneath it lead elsewhere in each process and are
 * refused.
 */
import fs from 'node:fs';
import { attachMount, enter, rootLocation } from '../kernel/mounts.js';
import { nameFromBytes } from '../kernel/names.js';
import { newInode, UnreadableError, Vfs, type Inode } from '../kernel/vfs.js';
import { HostEntries, type EntrySource } from './host-entries.js';
import {
  keyOf,
  mountOfPath,
  mountTableOf,
  pathInside,
  readMountInfo,
  stackTop,
  type MountRow,
  type MountTable,
} from './mount-table.js';
import {
  anotherObjectAt,
  identify,
  identityOf,
  objectAt,
  visiblePath,
  visiblePaths,
  type CoveredName,
  type HostDir,
  type HostIdentity,
  type HostReading,
  type HostSpot,
} from './objects.js';
import { readNames, readStat } from './read.js';

export interface HostTree {
  readonly vfs: Vfs;
  readonly mountTable: readonly MountRow[];
  /** Returns the identity; undefined for an object that mounts cover at every path, of a process, or that the model made. */
  readonly identityOf: (inode: Inode) => HostIdentity | undefined;
  /** Returns whether the object belongs to the process that looks, such as `/proc/self`: each process finds its own there. */
  readonly isOfProcess: (inode: Inode) => boolean;
  /** Returns the other physical paths that lead to the same object through other mounts, sorted. */
  readonly otherPathsOf: (path: string) => readonly string[];
}

export interface HostTreeOptions {
  /** True to read the interpreters of programs from their first bytes (default: no). */
  readonly interpreters?: boolean;
  /** The text of the mount table (default: `/proc/self/mountinfo`). */
  readonly mountInfo?: string;
}

const MOUNT_INFO = '/proc/self/mountinfo';

/** Returns the tree of this machine. Throws an `UnreadableError` if the mount table or `/` cannot be read. */
export function hostTree(options: HostTreeOptions = {}): HostTree {
  const table = tableFrom(options.mountInfo ?? readMountTable());
  const reading = newReading(table, options.interpreters ?? false);
  const stat = readStat('/');
  if (stat === undefined) throw new UnreadableError('/', 'ENOENT');
  identify(reading, reading.vfs.root, stat, table.top.type);
  queuePeers(reading, table.top);
  settle(reading);
  return {
    vfs: reading.vfs,
    mountTable: table.rows,
    identityOf: (inode) => identityOf(reading, inode),
    isOfProcess: (inode) => reading.ofProcess.has(inode),
    otherPathsOf: (path) => otherPaths(table, path),
  };
}

function readMountTable(): string {
  try {
    return nameFromBytes(fs.readFileSync(MOUNT_INFO));
  } catch (error) {
    throw new UnreadableError(MOUNT_INFO, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function tableFrom(text: string): MountTable {
  const table = mountTableOf(readMountInfo(text));
  if (table === undefined) throw new UnreadableError(MOUNT_INFO, 'no line of it shows `/`');
  return table;
}

function newReading(table: MountTable, interpreters: boolean): HostReading {
  const { top } = table;
  const root: HostDir = {
    spot: { path: '/', device: top.device, inside: top.root, type: top.type },
    inode: undefined,
  };
  // The source needs the reading, which needs the tree: it takes it when it is asked.
  const source: EntrySource<HostDir> = {
    lookUp: (dir, name) => lookUp(reading, dir, name),
    list: (dir) => readNames(dir.spot.path),
    settle: () => {
      if (reading.waiting.length > 0) settle(reading);
    },
  };
  const vfs = new Vfs(new HostEntries(source, root));
  root.inode = vfs.root;
  const reading: HostReading = {
    table,
    vfs,
    interpreters,
    byIdentity: new Map(),
    identities: new Map(),
    ofProcess: new Set(),
    attached: new Map([[top.id, vfs.rootMount]]),
    covered: new Map(),
    waiting: [],
    settling: false,
    source,
  };
  return reading;
}

/** Returns the object of a name in a directory; undefined if there is none. */
function lookUp(reading: HostReading, { spot, inode: dir }: HostDir, name: string): Inode | undefined {
  if (dir === undefined || name === '' || name === '.' || name === '..' || name.includes('/'))
    return undefined;
  const at = below(spot, name);
  const rows = reading.table.covering.get(keyOf(at.device, at.inside));
  const inode = rows === undefined ? objectAt(reading, at) : uncovered(reading, at, rows);
  const twice = inode?.kind === 'dir' && inode.parent !== undefined && inode.parent !== dir;
  const named = twice ? anotherObjectAt(reading, at) : inode;
  if (named === undefined) return undefined;
  named.nlink++;
  if (named.kind === 'dir') named.parent = dir;
  if (rows !== undefined) cover(reading, at, { inode: named, dir, name });
  return named;
}

function below({ path, device, inside, type }: HostSpot, name: string): HostSpot {
  const join = (dir: string): string => (dir === '/' ? `/${name}` : `${dir}/${name}`);
  return { path: join(path), device, inside: join(inside), type };
}

/**
 * Returns the object beneath the mounts on a name. If no mount shows it, it is an empty directory or file without identity.
 */
function uncovered(reading: HostReading, at: HostSpot, rows: readonly MountRow[]): Inode | undefined {
  const path = visiblePath(reading.table, at.device, at.inside);
  if (path !== undefined) return objectAt(reading, { ...at, path });
  const kinds = rows.map(({ point }) => readStat(point)?.kind);
  if (kinds.every((kind) => kind === undefined)) return undefined;
  return newInode(reading.vfs, kinds.includes('dir') ? 'dir' : 'file');
}

/** Attaches the mounts on a name. Those on a mount that is not attached yet follow with it. */
function cover(reading: HostReading, at: HostSpot, name: CoveredName): void {
  const key = keyOf(at.device, at.inside);
  reading.covered.set(key, name);
  for (const row of reading.table.covering.get(key) ?? []) attach(reading, row, name);
}

/** Attaches a mount to a name, the mounts that are stacked on it, and those on names in it that are already known. */
function attach(reading: HostReading, row: MountRow, { inode, dir, name }: CoveredName): void {
  const { table, attached, vfs } = reading;
  const under = attached.get(row.parent);
  if (under === undefined || attached.has(row.id)) return;
  const shown = inode.kind === 'dir' ? row : stackTop(table.on, row);
  const root = rootOf(reading, shown, inode);
  if (root === undefined) return;
  attached.set(row.id, attachMount(vfs, root, { mount: under, inode }, dir, name));
  queuePeers(reading, row);
  for (const next of table.rows.filter((r) => r.parent === row.id)) {
    const key = keyOf(row.device, pathInside(row, next.point) ?? next.point);
    const known =
      reading.covered.get(key) ?? (next.point === row.point ? { inode: root, dir, name } : undefined);
    if (known !== undefined) attach(reading, next, known);
  }
}

/** Returns the inode that a mount shows at its mount point. */
function rootOf(reading: HostReading, row: MountRow, point: Inode): Inode | undefined {
  const { device, root: inside, type } = row;
  const own = mountOfPath(reading.table, row.point) === row ? row.point : undefined;
  const path = own ?? visiblePath(reading.table, device, inside);
  if (path === undefined) return newInode(reading.vfs, point.kind);
  return objectAt(reading, { path, device, inside, type });
}

/** Notes the mounts that show the same file system. */
function queuePeers({ table, attached, waiting }: HostReading, row: MountRow): void {
  for (const peer of table.showing.get(row.device) ?? [])
    if (!attached.has(peer.id) && mountOfPath(table, peer.point) === peer) waiting.push(peer);
}

/** Walks to the mount points of waiting mounts, which attaches them. A mount point that this user cannot reach is left out. */
function settle(reading: HostReading): void {
  if (reading.settling) return;
  reading.settling = true;
  for (let row = reading.waiting.pop(); row !== undefined; row = reading.waiting.pop()) {
    try {
      walkTo(reading.vfs, row.point);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
    }
  }
  reading.settling = false;
}

function walkTo(vfs: Vfs, path: string): void {
  let at = rootLocation(vfs);
  for (const name of path.split('/').slice(1)) {
    const inode = at.inode.entries?.get(name);
    if (inode === undefined) return;
    at = enter(at, { mount: at.mount, inode }, name);
  }
}

function otherPaths(table: MountTable, path: string): string[] {
  const mount = mountOfPath(table, path);
  const inside = pathInside(mount, path);
  if (inside === undefined) return [];
  return visiblePaths(table, mount.device, inside)
    .filter((other) => other !== path && isSame(path, other))
    .sort();
}

function isSame(path: string, other: string): boolean {
  const [a, b] = [readStat(path), readStat(other)];
  return a !== undefined && b !== undefined && a.device === b.device && a.inode === b.inode;
}
