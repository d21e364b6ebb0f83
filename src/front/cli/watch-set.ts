/**
 * Watches a set of files, and calls back when one may have changed. The files need not exist.
 *
 * It watches folders and not files, so that it notices a file that is created, or that an editor replaces by another. For the
 * same reason it watches every folder on the path for its next component, and the target of a link. If the system has no more
 * watches, it polls twice a second. Known weakness: some network file systems do not report changes.
 */
import { realpathSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

export interface WatchSet {
  /** Replaces the set of files. */
  readonly update: (files: Iterable<string>) => void;
  readonly close: () => void;
}

interface Folder {
  readonly watcher: FSWatcher;
  /** Identifies the folder itself, because another folder may take its name. */
  readonly id: string;
}

const POLL_MS = 500;

/**
 * Watches files, and calls `onEvent` when one may have changed. It may call too often, but never too seldom.
 *
 * @param watchFolder `fs.watch`; a test passes a function that fails, as on a system without watches
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
    // A name that was created or removed invalidates the watches beneath it.
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
      // The watch on the parent reports a folder that is gone. Any other error means that there are no more watches.
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

/** Returns the folders that lead to the files, each with the names to watch in it. */
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
