/** Objects of the real file system as inodes: an object that is found twice is one inode. */
import { newInode, UnreadableError, type Inode, type Mount, type Vfs } from '../kernel/vfs.js';
import { HostEntries, type EntrySource } from './host-entries.js';
import { mountOfPath, pathShown, type MountRow, type MountTable } from './mount-table.js';
import { birthOf, readInterpreter, readStat, readTarget, type HostStat } from './read.js';

/** What identifies an object on this machine while it exists. */
export interface HostIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** The number of names that the object has, found or not. `Inode.nlink` counts the names that were found. */
  readonly nlink: number;
  /** When it was made, in nanoseconds since 1970; undefined if that is not known. */
  readonly birth: bigint | undefined;
}

/** Where an object lies: the path that is read, and the path in its file system. */
export interface HostSpot {
  readonly path: string;
  /** The file system, as in `MountRow`. */
  readonly device: string;
  readonly inside: string;
  /** The type of the file system. */
  readonly type: string;
}

/** An identity whose time of birth is judged when it is asked for. */
export type SeenIdentity = Pick<HostStat, 'device' | 'inode' | 'nlink' | 'born' | 'changed'> & {
  /** Whether the time of birth stays the same while the object exists. */
  readonly steady: boolean;
};

/** What has been read so far. */
export interface HostReading {
  readonly table: MountTable;
  readonly vfs: Vfs;
  /** Whether the interpreters of programs are read. */
  readonly interpreters: boolean;
  readonly byIdentity: Map<string, Inode>;
  readonly identities: Map<Inode, SeenIdentity>;
  /** The objects of this process in /proc. */
  readonly ofProcess: Set<Inode>;
  /** Mounts by the number of their row. */
  readonly attached: Map<number, Mount>;
  /** Names that mounts cover, by file system and path in it. */
  readonly covered: Map<string, CoveredName>;
  /** Mounts that are still to be attached, because they show a file system that a walk has reached. */
  readonly waiting: MountRow[];
  /** True while the paths to waiting mounts are walked. */
  settling: boolean;
  readonly source: EntrySource<HostDir>;
}

export interface CoveredName {
  readonly inode: Inode;
  readonly dir: Inode;
  readonly name: string;
}

/** A directory whose entries are read. Its inode is set once it is made. */
export interface HostDir {
  readonly spot: HostSpot;
  inode: Inode | undefined;
}

/** Returns the object at a spot; undefined if there is none. */
export function objectAt(reading: HostReading, spot: HostSpot): Inode | undefined {
  if (isOfProcess(spot)) return objectOfProcess(reading, spot);
  const stat = readStat(spot.path);
  if (stat === undefined) return undefined;
  const known = reading.byIdentity.get(identityKey(stat));
  if (known?.kind === stat.kind) return known;
  return makeObject(reading, spot, stat);
}

/** Returns a new inode for the object at a spot, for a directory that is at two paths without a mount; undefined if it is gone. */
export function anotherObjectAt(reading: HostReading, spot: HostSpot): Inode | undefined {
  const stat = readStat(spot.path);
  return stat === undefined ? undefined : makeObject(reading, spot, stat);
}

function makeObject(reading: HostReading, spot: HostSpot, stat: HostStat): Inode | undefined {
  const inode = makeUnidentified(reading, spot, stat);
  if (inode !== undefined) identify(reading, inode, stat, spot.type);
  return inode;
}

function makeUnidentified(reading: HostReading, spot: HostSpot, stat: HostStat): Inode | undefined {
  if (stat.kind === 'symlink' && spot.type === 'proc' && OF_ANY_PROCESS.test(spot.inside))
    throw new UnreadableError(spot.path, 'it leads to another object in each process');
  const target = stat.kind === 'symlink' ? readTarget(spot.path) : '';
  if (target === undefined) return undefined;
  const inode = stat.kind === 'dir' ? makeDirectory(reading, spot) : newInode(reading.vfs, stat.kind, target);
  if (reading.interpreters && stat.kind === 'file' && stat.executable)
    inode.interpreter = readInterpreter(spot.path);
  return inode;
}

/** The directory of a process in /proc that reads it. The launcher finds its own there, which is that of the program. */
const OWN = /^\/(?:self|thread-self)(?:\/|$)/;
const OF_ANY_PROCESS = /^\/(?:self|thread-self|\d+)\//;

function isOfProcess({ type, inside }: HostSpot): boolean {
  return type === 'proc' && OWN.test(inside);
}

/** Returns an object of this process, without identity: in the launcher it is another one. */
function objectOfProcess(reading: HostReading, spot: HostSpot): Inode | undefined {
  const isTop = !OF_ANY_PROCESS.test(spot.inside);
  const stat = readStat(isTop ? `${spot.path}/.` : spot.path);
  const inode = stat === undefined ? undefined : makeUnidentified(reading, spot, stat);
  if (inode !== undefined) reading.ofProcess.add(inode);
  return inode;
}

function makeDirectory(reading: HostReading, spot: HostSpot): Inode {
  const dir: HostDir = { spot, inode: undefined };
  dir.inode = newInode(reading.vfs, 'dir', '', new HostEntries(reading.source, dir));
  return dir.inode;
}

/** Notes the identity of an inode on a file system of a type. */
export function identify(
  { byIdentity, identities }: HostReading,
  inode: Inode,
  stat: HostStat,
  type: string,
): void {
  const { device, inode: number, nlink, born, changed } = stat;
  // The first change of an object of a lower layer makes a copy of it, with another birth and the same number.
  const steady = type !== 'overlay';
  identities.set(inode, { device, inode: number, nlink, born, changed, steady });
  byIdentity.set(identityKey(stat), inode);
}

/** Returns the identity of an inode; undefined if it has none. */
export function identityOf({ identities }: HostReading, inode: Inode): HostIdentity | undefined {
  const seen = identities.get(inode);
  if (seen === undefined) return undefined;
  const { device, inode: number, nlink, steady } = seen;
  return { device, inode: number, nlink, birth: steady ? birthOf(seen) : undefined };
}

function identityKey({ device, inode }: HostStat): string {
  return `${device}:${inode}`;
}

/** Returns a path at which an object of a file system can be seen; undefined if other mounts cover it everywhere. */
export function visiblePath(table: MountTable, device: string, inside: string): string | undefined {
  return visiblePaths(table, device, inside)[0];
}

/** Returns the paths at which an object of a file system can be seen, in the order of the mount table. */
export function visiblePaths(table: MountTable, device: string, inside: string): string[] {
  return (table.showing.get(device) ?? []).flatMap((row) => {
    const path = pathShown(row, inside);
    return path !== undefined && mountOfPath(table, path) === row ? [path] : [];
  });
}
