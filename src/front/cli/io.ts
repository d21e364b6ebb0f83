/** Reads and writes files of the command line. Input that is not UTF-8 is refused. Either all output files are written, or none. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isatty } from 'node:tty';
import type { Importer, SourceInput } from '../../parser/link.js';

export type ReadText =
  { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'missing'; readonly why: string };

/** Reads the text of a file: `readText`, or a function that also records it (`recording`). */
export type ReadFile = (path: string) => ReadText;

/** Reads the text of a file; `-` is standard input. */
export function readText(path: string): ReadText {
  try {
    const bytes = readBytes(path);
    return { kind: 'ok', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    return { kind: 'missing', why: reasonOf(error) };
  }
}

/** Reads the bytes of a file; `-` is standard input. There is a maximum size, because a device may have no end. */
export function readBytes(path: string): Buffer {
  const file = path === '-' ? 0 : openSync(path, 'r');
  try {
    const isDevice = fstatSync(file).isCharacterDevice() && !isatty(file);
    return isDevice ? readDevice(file) : readFileSync(file);
  } finally {
    if (path !== '-') closeSync(file);
  }
}

const DEVICE_LIMIT = 1 << 24;

function readDevice(file: number): Buffer {
  const bytes = Buffer.alloc(DEVICE_LIMIT);
  let length = 0;
  for (let read = -1; read !== 0 && length < DEVICE_LIMIT; length += read)
    read = readSync(file, bytes, length, DEVICE_LIMIT - length, null);
  if (length === DEVICE_LIMIT) throw new Error('it is a device, and gives bytes without an end');
  return bytes.subarray(0, length);
}

/** Returns a function that reads like `read` and records each result in `seen`, missing files included. */
export function recording(read: ReadFile, seen: Map<string, ReadText>): ReadFile {
  return (path) => {
    const found = read(path);
    seen.set(path, found);
    return found;
  };
}

/** Returns the reason of an error as text. */
export function reasonOf(error: unknown): string {
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return 'it is not UTF-8';
  }
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'code' in error ? reasonOfCode(String(error.code), message) : message;
}

/** Returns the reason for an error code as text; for an unknown code, `otherwise`. */
export function reasonOfCode(code: string, otherwise = code): string {
  return Object.hasOwn(REASONS, code) ? (REASONS[code] ?? otherwise) : otherwise;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'it, or a folder on the way to it, is not a directory',
  ELOOP: 'it is a link that leads to itself',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'it is a socket, or a device that does not answer',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  ERR_STRING_TOO_LONG: 'it is larger than a text can be',
  EACCES: 'reading or writing it is not permitted',
  EPERM: 'it is not permitted',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read only',
};

/** Imports files from disk. */
export const fileImporter: Importer = (name) => readText(name);

/** Returns the sources with their names for the manifest: paths relative to the folder that all files have in common. */
export function identify(paths: readonly string[], texts: readonly string[]): SourceInput[] {
  const absolute = paths.map((p) => (p === '-' ? resolve('policy.llp') : resolve(p)));
  const root = commonFolder(absolute);
  return paths.map((path, i) => ({
    name: path === '-' ? '<stdin>' : path,
    text: texts[i] ?? '',
    id: relative(root, absolute[i] ?? '')
      .split(sep)
      .join('/'),
  }));
}

function commonFolder(paths: readonly string[]): string {
  let root = dirname(paths[0] ?? '.');
  for (const path of paths)
    while (!(path + sep).startsWith(root === sep ? sep : root + sep)) root = dirname(root);
  return root;
}

/** A path that could not be written, and why. */
export class WriteError extends Error {
  constructor(
    readonly path: string,
    cause: unknown,
  ) {
    super(reasonOf(cause), { cause });
  }
}

/** The path of a file relative to a folder, its content, and its mode if it is not that of any new file. */
export type FileToWrite = readonly [name: string, content: string | Uint8Array, mode?: number];

/**
 * Writes files, given by their paths relative to a folder. Each is written under a temporary name; then all are renamed, in the
 * given order. On an error, new files and folders are removed; a `WriteError` names the path.
 */
export function writeFiles(folder: string, files: readonly FileToWrite[]): void {
  const undo: (() => void)[] = [];
  let at = folder;
  try {
    makeFolder(folder, undo);
    const taken = new Set<string>();
    const moves = files.map(([name, content, mode]): readonly [string, string] => {
      const to = join(folder, name);
      at = to;
      if (taken.has(resolve(to))) throw new Error('two of the files that are written have this name');
      taken.add(resolve(to));
      const from = temporaryBeside(to);
      if (lstatSync(to, { throwIfNoEntry: false })?.isDirectory() === true)
        throw new Error('a folder has this name');
      makeFolder(dirname(to), undo);
      undo.push(() => rmSync(from, { force: true }));
      writeWhole(from, content);
      if (mode !== undefined) chmodSync(from, mode);
      return [from, to];
    });
    for (const [from, to] of moves) {
      at = to;
      if (!existsSync(to)) undo.push(() => rmSync(to, { force: true }));
      renameSync(from, to);
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw new WriteError(at, error);
  }
}

/**
 * Replaces the texts of existing files. Each text is written under a temporary name beside the file, with its mode; then all
 * are renamed. On an error all files are unchanged. A symbolic link stays, and its target is replaced.
 */
export function replaceFiles(
  files: readonly { readonly path: string; readonly old: string; readonly text: string }[],
): void {
  const undo: (() => void)[] = [];
  try {
    const moves = files.map(({ path, old, text }) => {
      const to = realpathSync(path);
      const from = temporaryBeside(to);
      undo.push(() => rmSync(from, { force: true }));
      writeWhole(from, text);
      chmodSync(from, statSync(to).mode);
      return { from, to, old };
    });
    for (const { from, to, old } of moves) {
      renameSync(from, to);
      undo.push(() => writeWhole(to, old));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** Makes a folder and its parents, one by one: with `recursive`, Node 20 never returns beneath /proc. */
function makeFolder(folder: string, undo: (() => void)[]): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, undo);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process has made the folder.
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
    throw error;
  }
  undo.push(() => rmdirSync(folder));
}

/**
 * Returns a unique temporary name beside a path. It is random, because processes that share a folder may have the same process
 * number, and short, because the name of the file may have the maximum length.
 */
function temporaryBeside(path: string): string {
  return join(dirname(path), `.llpc-${randomBytes(8).toString('hex')}.tmp`);
}

function writeWhole(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Returns whether a path leads to one of these files, also by another name. */
export function isOneOf(path: string, files: readonly string[]): boolean {
  const real = (name: string): string => {
    try {
      return realpathSync(name);
    } catch {
      return resolve(name);
    }
  };
  return files.some((file) => file !== '-' && real(file) === real(path));
}
