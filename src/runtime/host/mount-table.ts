/**
 * The mount table of this process: where each file system, or a part of one, is shown.
 *
 * Source: proc(5), `/proc/PID/mountinfo`. A path in it is physical, and its spaces and backslashes are octal escapes. The table
 * has only what lies beneath the root directory of the process.
 */
import { nameFromBytes } from '../kernel/names.js';

/** A line of the mount table. */
export interface MountRow {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the file system. Mounts with the same number show the same file system. */
  readonly device: string;
  /** The path in the file system that the mount shows. */
  readonly root: string;
  /** The path at which it is mounted. */
  readonly point: string;
  /** The type of the file system, such as `ext4`. */
  readonly type: string;
}

/** The mounts that can be reached from the root directory. */
export interface MountTable {
  readonly rows: readonly MountRow[];
  /** The mount that shows `/`. */
  readonly top: MountRow;
  readonly byId: ReadonlyMap<number, MountRow>;
  /** Mounts by the mount that they are on and their mount point, as `keyOf` writes them. */
  readonly on: ReadonlyMap<string, MountRow>;
  /** Mounts by the file system and the path in it that they cover, as `keyOf` writes them. */
  readonly covering: ReadonlyMap<string, readonly MountRow[]>;
  /** Mounts by the file system that they show. */
  readonly showing: ReadonlyMap<string, readonly MountRow[]>;
}

/** Returns the key of a path in a mount (by its number) or in a file system (by its device). */
export function keyOf(where: number | string, path: string): string {
  return `${where}\0${path}`;
}

/** Returns the rows of `/proc/PID/mountinfo`. A line that is not a mount is left out. */
export function readMountInfo(text: string): MountRow[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, parent, device, root, point] = before.split(' ');
    const [type] = after.split(' ');
    if (device === undefined || root === undefined || point === undefined || type === undefined) return [];
    return [
      {
        id: Number(id),
        parent: Number(parent),
        device,
        root: unescapeOctal(root),
        point: unescapeOctal(point),
        type: unescapeOctal(type),
      },
    ];
  });
}

/** Returns the text with its escapes (`\040`) resolved. */
function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const escape = /^\\([0-7]{3})/.exec(text.slice(at, at + 4));
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (escape === null) bytes.push(...Buffer.from(char));
    else bytes.push(parseInt(escape[1] ?? '', 8) & 0xff);
    at += escape === null ? char.length : 4;
  }
  return nameFromBytes(Uint8Array.from(bytes));
}

/** Returns the table; undefined if no row shows `/`. */
export function mountTableOf(rows: readonly MountRow[]): MountTable | undefined {
  const byId = new Map(rows.map((row) => [row.id, row] as const));
  const on = new Map(
    rows.filter((row) => row.parent !== row.id).map((row) => [keyOf(row.parent, row.point), row] as const),
  );
  const bottom = rows.find((row) => row.point === '/' && (row.parent === row.id || !byId.has(row.parent)));
  if (bottom === undefined) return undefined;
  const top = stackTop(on, bottom);
  const covering = new Map<string, MountRow[]>();
  const showing = new Map<string, MountRow[]>();
  for (const row of rows) {
    const under = byId.get(row.parent);
    if (under !== undefined && under !== row)
      push(covering, keyOf(under.device, pathInside(under, row.point) ?? row.point), row);
    push(showing, row.device, row);
  }
  return { rows, top, byId, on, covering, showing };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Returns the topmost of the mounts that are stacked on the root of a mount. */
export function stackTop(on: ReadonlyMap<string, MountRow>, row: MountRow): MountRow {
  let top = row;
  for (
    let next = on.get(keyOf(top.id, top.point));
    next !== undefined;
    next = on.get(keyOf(top.id, top.point))
  )
    top = next;
  return top;
}

/** Returns the mount that a physical path leads to. */
export function mountOfPath(table: MountTable, path: string): MountRow {
  let mount = table.top;
  for (let end = path.indexOf('/', 1); path !== '/'; end = path.indexOf('/', end + 1)) {
    const next = table.on.get(keyOf(mount.id, end < 0 ? path : path.slice(0, end)));
    if (next !== undefined) mount = stackTop(table.on, next);
    if (end < 0) break;
  }
  return mount;
}

/** Returns the path in the file system of an object that a mount shows at `path`; undefined if `path` is not beneath its point. */
export function pathInside({ point, root }: MountRow, path: string): string | undefined {
  const rest = restOf(point, path);
  return rest === undefined ? undefined : joinPath(root, rest);
}

/** Returns the physical path at which a mount shows a path of its file system; undefined if it does not show it. */
export function pathShown({ point, root }: MountRow, inside: string): string | undefined {
  const rest = restOf(root, inside);
  return rest === undefined ? undefined : joinPath(point, rest);
}

/** Returns the part of a path beneath a directory: empty, or with a leading slash. */
function restOf(dir: string, path: string): string | undefined {
  if (dir === '/') return path === '/' ? '' : path;
  if (path === dir) return '';
  return path.startsWith(`${dir}/`) ? path.slice(dir.length) : undefined;
}

/** Returns a directory and a part with a leading slash as one path. */
function joinPath(dir: string, rest: string): string {
  if (rest === '') return dir;
  return dir === '/' ? rest : dir + rest;
}
