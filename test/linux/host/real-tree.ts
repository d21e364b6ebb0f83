/** Random trees that are made twice: on disk in a temporary folder, and as a modelled `Vfs`. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fc } from '../../support/random.js';
import { buildTree, type TreeEntry } from '../../../src/runtime/kernel/build-tree.js';
import { bytesFromName } from '../../../src/runtime/kernel/names.js';
import type { Vfs } from '../../../src/runtime/kernel/vfs.js';

/** Names with a hidden one, one beyond ASCII and one that is not UTF-8. */
export const NAMES = ['a', 'b', 'c', '.h', 'é', '\udcff'] as const;

const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const target = fc.oneof(
  path,
  path.map((p) => `../${p}`),
  fc.constantFrom('.', '..', '/', 'a/.'),
);

/** An entry whose paths are relative to the folder. */
export const arbitraryEntry: fc.Arbitrary<TreeEntry> = fc.oneof(
  fc.record({ kind: fc.constantFrom('dir', 'file', 'fifo'), path }),
  fc.record({ kind: fc.constant('link'), path, target }),
  fc.record({ kind: fc.constant('link'), path, target: path.map((p) => `/${p}`) }),
  fc.record({ kind: fc.constant('hardlink'), path, target: path }),
) as fc.Arbitrary<TreeEntry>;

/** Makes the entries on disk, as far as they can be made, and the same ones in a model. Returns both and what removes the first. */
export function makeBoth(entries: readonly TreeEntry[]): {
  readonly base: string;
  readonly model: Vfs;
  readonly remove: () => void;
} {
  const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'host-')));
  const made: TreeEntry[] = [{ kind: 'dir', path: base }];
  for (const entry of entries) {
    const absolute = inFolder(entry, base);
    if (makeReal(absolute)) made.push(absolute);
  }
  const { vfs: model, problems } = buildTree(made);
  if (problems.length > 0) throw new Error(`the model cannot make ${JSON.stringify(problems[0])}`);
  return { base, model, remove: () => removeTree(Buffer.from(base)) };
}

/** A link that begins with a slash leads to the same place in the folder. */
function inFolder(entry: TreeEntry, base: string): TreeEntry {
  const at = `${base}/${entry.path}`;
  if (entry.kind === 'hardlink') return { ...entry, path: at, target: `${base}/${entry.target}` };
  if (entry.kind !== 'link') return { ...entry, path: at };
  return { ...entry, path: at, target: entry.target.startsWith('/') ? base + entry.target : entry.target };
}

/** Makes an entry whose parent is a real directory, so that the model makes it at the same place. */
function makeReal(entry: TreeEntry): boolean {
  const at = bytesFromName(entry.path);
  const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
  if (!throughDirectories(parent) || statOf(entry.path) !== undefined) return false;
  switch (entry.kind) {
    case 'dir':
      fs.mkdirSync(at);
      return true;
    case 'file':
      fs.writeFileSync(at, '');
      return true;
    case 'link':
      fs.symlinkSync(bytesFromName(entry.target), at);
      return true;
    case 'hardlink':
      if (statOf(entry.target)?.isDirectory() !== false) return false;
      if (!throughDirectories(entry.target.slice(0, entry.target.lastIndexOf('/')))) return false;
      fs.linkSync(bytesFromName(entry.target), at);
      return true;
    case 'fifo':
      // A socket and a fifo are one kind of the model. Node makes neither without a process or a server.
      return entry.path.includes('\udcff') ? false : spawnSync('mkfifo', [entry.path]).status === 0;
    default:
      return false;
  }
}

/** Whether every component of a path is a directory, not a link to one. */
function throughDirectories(path: string): boolean {
  const names = path.split('/').slice(1);
  return names.every((_, i) => statOf(`/${names.slice(0, i + 1).join('/')}`)?.isDirectory() === true);
}

/** Node cannot remove a folder with names that are not UTF-8. */
function removeTree(path: Buffer): void {
  for (const name of fs.readdirSync(path, 'buffer')) {
    const at = Buffer.concat([path, Buffer.from('/'), name]);
    if (fs.lstatSync(at).isDirectory()) removeTree(at);
    else fs.unlinkSync(at);
  }
  fs.rmdirSync(path);
}

function statOf(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(bytesFromName(path));
  } catch {
    return undefined;
  }
}
