/**
 * Whether the permission bits of the file system explain a refusal: then it has nothing to do with a policy. A program behind a
 * launcher has no capabilities, so the bits count for root too.
 */
import fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ScenarioStep } from '../../runtime/scenario/types.js';

const READ = 4;
const WRITE = 2;
const SEARCH = 1;

/** The calls that change an entry of a directory, and those that only the owner of an object may make. */
const IN_DIRECTORY: ReadonlySet<string> = new Set(
  'mkdir mknod symlink link rename unlink rmdir unlinkat'.split(' '),
);
const OF_OWNER: ReadonlySet<string> = new Set('chmod chown utime setxattr removexattr setattr'.split(' '));

/** Returns whether permission bits or a read-only file system refuse a call at these paths. `cwd`: where relative paths start. */
export function refusedByModes(step: ScenarioStep, cwd: string): boolean {
  const paths = [step.path, step.to].filter((path) => path !== undefined).map((path) => resolve(cwd, path));
  return paths.some((path) => isRefused(step, path));
}

function isRefused({ call, flags = [] }: ScenarioStep, path: string): boolean {
  if (!canSearch(path)) return true;
  if (IN_DIRECTORY.has(call)) return !may(dirname(path), WRITE | SEARCH) || isSticky(dirname(path), path);
  const stat = statOf(path);
  if (stat === undefined) return flags.includes('O_CREAT') && !may(dirname(path), WRITE | SEARCH);
  if (OF_OWNER.has(call)) return stat.uid !== process.geteuid?.();
  if (call === 'execve' || call === 'chdir') return !may(path, SEARCH);
  const writes = flags.includes('O_WRONLY') || flags.includes('O_RDWR') || call === 'truncate';
  const reads = !flags.includes('O_WRONLY') && call !== 'truncate';
  return (writes && !may(path, WRITE)) || (reads && call === 'open' && !may(path, READ));
}

/** Returns whether every directory above a path may be searched. */
function canSearch(path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (statOf(at) !== undefined && !may(at, SEARCH)) return false;
    if (at === '/') return true;
  }
}

/** Returns whether the bits grant all of these, without capabilities. */
function may(path: string, wanted: number): boolean {
  const stat = statOf(path);
  if (stat === undefined) return true;
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  const shift = stat.uid === process.geteuid?.() ? 6 : groups.includes(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & wanted) === wanted;
}

/** Returns whether only the owner may remove an entry of the directory. */
function isSticky(dir: string, path: string): boolean {
  const [above, own] = [statOf(dir), statOf(path)];
  if (above === undefined || own === undefined || (above.mode & 0o1000) === 0) return false;
  return own.uid !== process.geteuid?.() && above.uid !== process.geteuid?.();
}

function statOf(path: string): fs.Stats | undefined {
  try {
    return fs.statSync(path);
  } catch {
    return undefined;
  }
}
