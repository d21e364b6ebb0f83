/**
 * The path walk. This file turns a path into a `Walk`, the list of directories that it goes through; `hooks.ts` runs programs
 * over that list. The two halves can be separate, because a program can end a walk but cannot redirect it. So a walk is plain
 * data: it is tested without programs, and cached until the tree changes.
 *
 * The steps are those of `link_path_walk` in Linux: a directory is a step each time a component is looked up in it. So
 * `/a/./b` steps on `a` twice (normal, DOT). A link that is followed makes another step on the directory that holds it, or on
 * the root if the link is absolute. The path `/` alone has no steps.
 */
import { LOOKUP, type Lookup } from '../../abi/hooks.js';
import type { Errno } from './errno.js';
import type { KeptSession, Steps } from '../engine/types.js';
import { crossDown, mountAt, parentOf, type Location, type Mount } from './mounts.js';
import { nameTooLong, pathTooLong } from './names.js';
import type { Inode, ParsedPath, Vfs } from './vfs.js';

/** Symbolic links followed in one walk before ELOOP. */
export const MAX_LINKS = 40;

/** The treatment of the last component. */
export const MODE = {
  /** Followed when it is a link. */
  FOLLOW: 0,
  /** Not followed, unless a slash comes after it. */
  NOFOLLOW: 1,
  /** The call names an entry in a directory: never followed, looked up without crossing a mount. */
  ENTRY: 2,
  /** `open` with O_CREAT: followed; a slash after it is EISDIR. */
  CREATE: 3,
  /** Like CREATE, but not followed: O_NOFOLLOW or O_EXCL. */
  CREATE_NOFOLLOW: 4,
} as const;
export type WalkMode = (typeof MODE)[keyof typeof MODE];

/** The kind of the last component: a name, `.`, `..`, or `root` for a path without components (`/`). */
export type LastKind = 'name' | 'dot' | 'dotdot' | 'root';

/**
 * A resolved path. It is one class and not a union, so that the hot path sees one object shape. `errno` says which of the
 * three outcomes it is: found, only the last component missing, or failed.
 */
export class Walk implements Steps {
  /** Distinguishes a walk from a `Failure`, for functions that return either. */
  readonly ok = true;
  /** Directories walked, in order: inode number × 4 + lookup. */
  readonly steps: number[] = [];
  /** The path component of each step; '/' or '.' at the start of the path or of a link's target. */
  readonly names: string[] = [];
  kept: KeptSession | undefined = undefined;
  /** Undefined if the object was found. ENOENT with `dir` set means that only the last component is missing. */
  errno: Errno | undefined = undefined;
  /** The object; in ENTRY mode undefined when the name is free. */
  inode: Inode | undefined = undefined;
  mount: Mount | undefined = undefined;
  /** How the walk reached the object. */
  lookup: Lookup = LOOKUP.NORMAL;
  /** The directory of the last component, which is the last step; undefined when the walk failed before it. */
  dir: Inode | undefined = undefined;
  dirMount: Mount | undefined = undefined;
  dirLookup: Lookup = LOOKUP.ROOT;
  last: LastKind = 'root';
  name = '';
  /** True if a slash follows the last component. */
  trailing = false;
  /** Number of links that were followed. */
  links = 0;

  constructor(
    readonly generation: number,
    readonly root: Location,
    readonly start: Location,
  ) {}
}

/** Maximum number of cached walks per mode. A full table is cleared. */
const CACHE_LIMIT = 16384;
export class WalkCache {
  readonly tables: Map<string, Walk>[] = [new Map(), new Map(), new Map(), new Map(), new Map()];
}

/** Like `walkPath`, but returns a cached walk if the tree, the task's root and the start have not changed. */
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

/** Splits a path, or returns the cached result: splitting and hashing strings is most of the cost of a walk. */
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

/** The rest of a path after a link in it. */
interface Rest {
  readonly parsed: ParsedPath;
  readonly at: number;
}

/** The state of a walk in progress: it reads `parsed` from component `at`. `rest`: the rests of paths after followed links. */
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
  /** The path component that led to the current directory. */
  called: string;
  mustBeDir: boolean;
}

/**
 * Resolves a path for a task with this root, from `start` when it is relative. Errors are in the walk: ENOENT (an
 * empty path too), ENOTDIR, EACCES (in a sealed directory), ELOOP, ENAMETOOLONG, and EISDIR in the CREATE modes.
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

/** Walks to the end of the path, one component per turn. */
function runCursor(c: WalkCursor): void {
  const walk = c.walk;
  while (more(c)) {
    if (c.inode.kind !== 'dir') return void failed(walk, 'ENOTDIR');
    if (c.inode.sealed) return void failed(walk, 'EACCES');
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

/** Returns whether there is another component. At the end of a link's target it continues with the rest of the path. */
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
 * Takes the last component of a call that names an entry: its inode, without following a link or crossing a mount. The call
 * itself reports a name that is too long, because `rename` reports the error of the old name before that of the new one.
 */
function entryTarget(c: WalkCursor, name: string): void {
  const walk = c.walk;
  if (walk.last !== 'name') return;
  walk.inode = c.inode.entries?.get(name);
  walk.mount = c.mount;
}

/** Takes one component. Returns an errno if it ends the walk. */
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
 * Returns the errno of a missing component. `dir` stays set only if the last component is the missing one. The length of a
 * name is checked only here, because no existing name is too long; in a removed directory Linux does not check it.
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

/** Moves to the mount on the child, and returns whether there is one. */
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

/** Continues with the target of a link, and then with the rest of the path. */
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
