/**
 * Tells when something happens to files, whether they are there or not.
 *
 * Watched are folders, not files: so a file that comes to be, or that an editor replaces by another of its name, is seen too.
 * For the same reason every folder on the way is watched for its next component, and where a name is a link, what it leads to.
 * Known weakness: file systems that tell nobody of their changes (some network ones) look as if nothing happened. Where the
 * system has no more watches to give, the files are looked at twice a second.
 */
import { realpathSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

export interface WatchSet {
  /** The files from now on. */
  readonly update: (files: Iterable<string>) => void;
  readonly close: () => void;
}

interface Folder {
  readonly watcher: FSWatcher;
  /** Of the folder itself: another one may take its name. */
  readonly id: string;
}

const POLL_MS = 500;

/**
 * Calls back when something may have happened to the files, too often rather than too seldom.
 *
 * @param watchFolder `fs.watch`; a test gives one that fails, as on a system without watches
 */
export function watchSet(onEvent: () => void, watchFolder: typeof watch = watch): WatchSet {
  const folders = new Map<string, Folder>();
  let wanted: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  let poll: NodeJS.Timeout | undefined;
  const drop = (path: string): void => {
    folders.get(path)?.watcher.close();
    folders.delete(path);
  };
  const heard = (path: string, name: string | null): void => {
    if (name !== null && wanted.get(path)?.has(name) !== true) return;
    // What lies beneath a name that came or went is not what was watched.
    if (name !== null)
      for (const known of [...folders.keys()]) if (isIn(known, join(path, name))) drop(known);
    onEvent();
  };
  const add = (path: string): void => {
    const id = folderId(path);
    if (id === undefined || folders.get(path)?.id === id) return;
    drop(path);
    try {
      const watcher = watchFolder(path, { persistent: true }, (_, name) => heard(path, name));
      watcher.on('error', () => (drop(path), onEvent()));
      folders.set(path, { watcher, id });
    } catch (error) {
      // A folder that is gone again is seen in the one above it; anything else is a lack of watches.
      if (folderId(path) === id && !isAbsent(error)) poll ??= setInterval(onEvent, POLL_MS);
    }
  };
  return {
    update: (files) => {
      wanted = foldersOf(files);
      for (const path of [...folders.keys()]) if (!wanted.has(path)) drop(path);
      for (const path of wanted.keys()) add(path);
    },
    close: () => {
      for (const path of [...folders.keys()]) drop(path);
      clearInterval(poll);
    },
  };
}

/** The folders that lead to the files, each with the names in it that matter. */
export function foldersOf(files: Iterable<string>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const path = resolve(file);
    for (const way of new Set([path, realPath(path)])) {
      for (let at = way; dirname(at) !== at; at = dirname(at)) {
        const names = folders.get(dirname(at)) ?? new Set();
        folders.set(dirname(at), names.add(basename(at)));
      }
    }
  }
  return folders;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function folderId(path: string): string | undefined {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
