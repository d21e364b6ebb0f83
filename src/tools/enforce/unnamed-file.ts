/**
 * Files without a name: they vanish with the last descriptor, so nothing stays behind, whatever ends this process.
 *
 * Where a file system cannot make one (`O_TMPFILE`), a file in a private folder loses its name as soon as it is open.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The flag without `O_DIRECTORY`, which differs between architectures. Source: `include/uapi/asm-generic/fcntl.h`. */
const TMPFILE = 0o20000000;
const { O_DIRECTORY, O_RDWR, O_RDONLY, O_CREAT, O_EXCL } = fs.constants;

/** Why a folder cannot hold the file. */
export interface FolderFault {
  readonly folder: string;
  /** The code of the system's error, such as `ENOSPC`. */
  readonly code: string;
}

/** Returns the folders in which a temporary file may be made, the first choice first. */
export function temporaryFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const all = [tmpdir(), '/tmp', env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm', '/var/tmp'];
  return [...new Set(all.filter((folder) => folder.startsWith('/')))];
}

/** Returns a descriptor of a new empty file for reading and writing. Throws the system's error. */
export function unnamedFile(folder: string): number {
  try {
    return fs.openSync(folder, TMPFILE | O_DIRECTORY | O_RDWR, 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A file system or a kernel without O_TMPFILE answers one of these.
    if (code !== 'EOPNOTSUPP' && code !== 'EISDIR' && code !== 'EINVAL' && code !== 'ENOENT') throw error;
  }
  const own = fs.mkdtempSync(join(folder, 'llpc-'));
  const path = join(own, 'file');
  try {
    return fs.openSync(path, O_RDWR | O_CREAT | O_EXCL, 0o700);
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
}

/**
 * Returns a descriptor of an unnamed program that is not open for writing, as a program must be to be executed. Throws the
 * system's error.
 */
export function unnamedProgram(folder: string, bytes: Uint8Array): number {
  const file = unnamedFile(folder);
  try {
    fs.fchmodSync(file, 0o700);
    for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
    return fs.openSync(`/proc/self/fd/${file}`, O_RDONLY);
  } finally {
    fs.closeSync(file);
  }
}

/** Returns the first descriptor that `make` can make in one of the folders, else why each of them fails. */
export function inSomeFolder(
  folders: readonly string[],
  make: (folder: string) => number,
):
  | { readonly kind: 'made'; readonly fd: number }
  | { readonly kind: 'failed'; readonly faults: readonly FolderFault[] } {
  const faults: FolderFault[] = [];
  for (const folder of folders) {
    try {
      return { kind: 'made', fd: make(folder) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      faults.push({ folder, code });
    }
  }
  return { kind: 'failed', faults };
}

/** Returns the whole text of a file, from its beginning. */
export function textOfFile(fd: number): string {
  const { size } = fs.fstatSync(fd);
  const bytes = Buffer.alloc(size);
  let length = 0;
  for (let read = -1; read !== 0 && length < size; length += read)
    read = fs.readSync(fd, bytes, length, size - length, length);
  return bytes.toString('utf8', 0, length);
}
