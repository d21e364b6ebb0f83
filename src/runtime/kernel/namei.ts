/**
 * The path walk, in two halves: here a path becomes a `Walk`, the list of directories it goes through; elsewhere the
 * hooks run over that list. They commute, because a program can end a walk but cannot steer it. It makes a walk a
 * plain value: it is tested without programs, and kept until the tree changes.
 *
 * The steps are those of Linux' `link_path_walk`: a directory is a step each time a component is about to be looked
 * up in it. So `/a/./b` steps on `a` twice (normal, DOT), following a link steps again on the directory that holds
 * it (or on the root, for an absolute link), and `/` alone is no step at all, only a target.
 */
import { LOOKUP, type Lookup } from '../../abi/hooks.js';
import type { Errno } from './errno.js';
import type { KeptSession, Steps } from '../engine/types.js';
import { crossDown, mountAt, parentOf, type Location, type Mount } from './mounts.js';
import { nameTooLong, pathTooLong } from './names.js';
import type { Inode, ParsedPath, Vfs } from './vfs.js';

/** Symbolic links followed in one walk before ELOOP. */
export const MAX_LINKS = 40;

/** How the last component is treated. */
export const MODE = {
  /** Followed when it is a link. */
  FOLLOW: 0,
  /** Not followed, unless a slash comes after it. */
  NOFOLLOW: 1,
  /** The call names an entry in a directory: never followed, looked up without crossing a mount. */
  ENTRY: 2,
  /** `open` with O_CREAT: followed; a slash after it is EISDIR. */
  CREATE: 3,
  /** The same without following: O_NOFOLLOW or O_EXCL. */
  CREATE_NOFOLLOW: 4,
} as const;
export type WalkMode = (typeof MODE)[keyof typeof MODE];

/** What the last component was: a name, `.`, `..`, or none at all (`/`). */
export type LastKind = 'name' | 'dot' | 'dotdot' | 'root';

/** A resolved path. One class, not a union, for one shape in the hot path; `errno` tells the three outcomes apart. */
export class Walk implements Steps {
  /** Tells a walk from a `Failure`, where a function may return either. */
  readonly ok = true;
  /** Directories walked, in order: inode number × 4 + lookup. */
  readonly steps: number[] = [];
  /** What each step was called in the path: a component, '/' or '.' where a (re)start has none. */
  readonly names: string[] = [];
  kept: KeptSession | undefined = undefined;
  /** Undefined: found. ENOENT with `dir` set: only the last component is missing. */
  errno: Errno | undefined = undefined;
  /** The object; in ENTRY mode undefined when the name is free. */
  inode: Inode | undefined = undefined;
  mount: Mount | undefined = undefined;
  /** How the walk reached the object. */
  lookup: Lookup = LOOKUP.NORMAL;
  /** The directory in which the last component was looked up, the last step; undefined when the walk failed before. */
  dir: Inode | undefined = undefined;
  dirMount: Mount | undefined = undefined;
  dirLookup: Lookup = LOOKUP.ROOT;
  last: LastKind = 'root';
  name = '';
  /** Whether a slash follows the last component. */
  trailing = false;
  /** Links followed. */
  links = 0;

  constructor(
    readonly generation: number,
    readonly root: Location,
    readonly start: Location,
  ) {}
}

/** Walks kept per mode; a table is emptied when it is full. */
const CACHE_LIMIT = 16384;
export class WalkCache {
  readonly tables: Map<string, Walk>[] = [new Map(), new Map(), new Map(), new Map(), new Map()];
}

/** As `walkPath`, from the cache when neither the tree nor the task's root and start have changed. */
export function cachedWalk(
  cache: WalkCache,
  vfs: Vfs,
  root: Location,
  start: Location,
  path: string,
  mode: WalkMode,
): Walk {
  const table = cache.tables[mode] as Map<string, Walk>;
  const kept = table.get(path);
  if (
    kept !== undefined &&
    kept.generation === vfs.generation &&
    kept.root === root &&
    (kept.start === start || path.charCodeAt(0) === SLASH)
  )
    return kept;
  const walk = walkPath(vfs, root, start, path, mode);
  if (table.size >= CACHE_LIMIT) table.clear();
  table.set(path, walk);
  return walk;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** Cuts a path once: cutting strings and hashing the pieces is most of the cost of a walk. */
function parsePath(vfs: Vfs, path: string): ParsedPath {
  const kept = vfs.parsed.get(path);
  if (kept !== undefined) return kept;
  const parts = path.split('/').filter((part) => part !== '');
  const absolute = path.charCodeAt(0) === SLASH;
  const parsed = { absolute, parts, trailing: parts.length > 0 && path.endsWith('/') };
  if (vfs.parsed.size >= CACHE_LIMIT) vfs.parsed.clear();
  vfs.parsed.set(path, parsed);
  return parsed;
}

/** What is left of a path after a link in it. */
interface Rest {
  readonly parsed: ParsedPath;
  readonly at: number;
}

/** A walk on its way. `parsed` and `at` are what is being read; `rest` is what follows the links it came through. */
interface WalkCursor {
  readonly vfs: Vfs;
  readonly walk: Walk;
  readonly mode: WalkMode;
  parsed: ParsedPath;
  at: number;
  rest: Rest[] | undefined;
  mount: Mount;
  inode: Inode;
  lookup: Lookup;
  /** What the directory the cursor is in was called in the path. */
  called: string;
  mustBeDir: boolean;
}

/**
 * Resolves a path for a task with this root, from `start` when it is relative. Errors are in the walk: ENOENT (an
 * empty path too), ENOTDIR, ELOOP, ENAMETOOLONG, and EISDIR in the CREATE modes.
 */
export function walkPath(vfs: Vfs, root: Location, start: Location, path: string, mode: WalkMode): Walk {
  const walk = new Walk(vfs.generation, root, start);
  if (path === '') return failed(walk, 'ENOENT');
  if (pathTooLong(path)) return failed(walk, 'ENAMETOOLONG');
  const parsed = parsePath(vfs, path);
  const from = parsed.absolute ? root : start;
  runCursor({
    vfs,
    walk,
    mode,
    parsed,
    at: 0,
    rest: undefined,
    mount: from.mount,
    inode: from.inode,
    lookup: LOOKUP.ROOT,
    called: parsed.absolute ? '/' : '.',
    mustBeDir: false,
  });
  return walk;
}

function failed(walk: Walk, errno: Errno): Walk {
  walk.errno = errno;
  return walk;
}

/** The loop: one component a turn. */
function runCursor(c: WalkCursor): void {
  const walk = c.walk;
  while (more(c)) {
    if (c.inode.kind !== 'dir') return void failed(walk, 'ENOTDIR');
    walk.steps.push(c.inode.ino * 4 + c.lookup);
    walk.names.push(c.called);
    const name = c.parsed.parts[c.at++] as string;
    const isLast = c.at === c.parsed.parts.length && (c.rest === undefined || c.rest.length === 0);
    if (isLast) noteLast(c, name);
    if (isLast && c.mode === MODE.ENTRY) return entryTarget(c, name);
    const errno = step(c, name, isLast);
    if (errno !== undefined) return void failed(walk, errno);
  }
  finish(c);
}

/** Goes back to what follows a link when its target is read to the end. */
function more(c: WalkCursor): boolean {
  while (c.at === c.parsed.parts.length) {
    const rest = c.rest?.pop();
    if (rest === undefined) return false;
    c.parsed = rest.parsed;
    c.at = rest.at;
  }
  return true;
}

function noteLast(c: WalkCursor, name: string): void {
  const walk = c.walk;
  walk.dir = c.inode;
  walk.dirMount = c.mount;
  walk.dirLookup = c.lookup;
  walk.name = name;
  walk.trailing = c.parsed.trailing;
  walk.last = lastKind(name);
  if (walk.trailing) c.mustBeDir = true;
}

function lastKind(name: string): LastKind {
  if (name.charCodeAt(0) !== DOT) return 'name';
  if (name.length === 1) return 'dot';
  return name.length === 2 && name.charCodeAt(1) === DOT ? 'dotdot' : 'name';
}

/**
 * The last component of a call that names an entry: its inode as the directory has it. A name that is too long is left to
 * the call, because of `rename`: there the error of the old name comes before that of the new one.
 */
function entryTarget(c: WalkCursor, name: string): void {
  const walk = c.walk;
  if (walk.last !== 'name') return;
  walk.inode = c.inode.entries?.get(name);
  walk.mount = c.mount;
}

/** Takes one component; an errno ends the walk. */
function step(c: WalkCursor, name: string, isLast: boolean): Errno | undefined {
  const kind = lastKind(name);
  if (kind === 'dot') {
    c.lookup = LOOKUP.DOT;
    c.called = name;
    return undefined;
  }
  if (kind === 'dotdot') return stepUp(c);
  const create = c.mode >= MODE.CREATE;
  if (isLast && create && c.walk.trailing) return 'EISDIR';
  const child = c.inode.entries?.get(name);
  if (child === undefined) return missing(c, name, isLast);
  if (child.mountedOn > 0 && crossTo(c, child, name)) return undefined;
  if (child.kind === 'symlink' && (!isLast || follows(c))) return followLink(c, child);
  c.inode = child;
  c.lookup = LOOKUP.NORMAL;
  c.called = name;
  return undefined;
}

/**
 * ENOENT; what was noted of the last component stays only if it is the missing one. A name that is too long cannot be there,
 * and is looked at only now; a directory that is removed is not even searched.
 */
function missing(c: WalkCursor, name: string, isLast: boolean): Errno {
  if (nameTooLong(name) && c.inode.nlink > 0) return 'ENAMETOOLONG';
  if (!isLast) c.walk.dir = undefined;
  return 'ENOENT';
}

function follows(c: WalkCursor): boolean {
  return c.mode === MODE.FOLLOW || c.mode === MODE.CREATE || c.mustBeDir;
}

function stepUp(c: WalkCursor): Errno | undefined {
  const up = parentOf(c, c.walk.root);
  if (up === undefined) return 'ENOENT';
  c.mount = up.mount;
  c.inode = up.inode;
  c.lookup = LOOKUP.DOTDOT;
  c.called = '..';
  return undefined;
}

/** Goes to what is mounted on the child, if this mount has something there. */
function crossTo(c: WalkCursor, child: Inode, name: string): boolean {
  const on = mountAt(c.mount, child, c.inode, name);
  if (on === undefined) return false;
  const top = crossDown({ mount: on, inode: on.root });
  c.mount = top.mount;
  c.inode = top.inode;
  c.lookup = LOOKUP.NORMAL;
  c.called = name;
  return true;
}

/** Puts the link's target before what is left of the path. */
function followLink(c: WalkCursor, link: Inode): Errno | undefined {
  if (++c.walk.links > MAX_LINKS) return 'ELOOP';
  if (c.at < c.parsed.parts.length) (c.rest ??= []).push({ parsed: c.parsed, at: c.at });
  c.walk.dir = undefined;
  c.parsed = parsePath(c.vfs, link.target);
  c.at = 0;
  c.lookup = LOOKUP.NORMAL;
  c.called = '.';
  c.walk.last = 'root';
  if (c.parsed.absolute) {
    c.mount = c.walk.root.mount;
    c.inode = c.walk.root.inode;
    c.called = '/';
  }
  return undefined;
}

function finish(c: WalkCursor): void {
  if (c.mustBeDir && c.inode.kind !== 'dir') return void failed(c.walk, 'ENOTDIR');
  c.walk.inode = c.inode;
  c.walk.mount = c.mount;
  c.walk.lookup = c.lookup;
}
