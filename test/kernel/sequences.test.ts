/** The exact hook runs of every call: "Walk sessions" and "Which call runs what" of the ABI description. */
import { actionBit } from '../../src/abi/actions.js';
import { describe, expect, test } from 'vitest';
import * as e from '../../src/runtime/kernel/errno.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import { fork, type Task } from '../../src/runtime/kernel/task.js';
import { enforceAllowing, newKernelTask, runsOf, tree } from '../support/fake-engine.js';

const { O } = e;
const TREE = [
  '/a/b/f',
  '/a/b/g',
  '/a/empty/',
  '/l -> a/b',
  '/a/abs -> /a/b/f',
  '/a/rel -> b/f',
  '/a/top -> /',
  '/run ! /a/b/sh',
  '/a/b/sh ! /ld',
  '/ld',
  '/m/',
];

function ready(setUp?: (task: Task) => void): Task {
  const task = newKernelTask(tree(...TREE));
  setUp?.(task);
  enforceAllowing(task);
  return task;
}

/** Runs as one text: `; ` between them. */
const runs = (call: (task: Task) => unknown, setUp?: (task: Task) => void): string =>
  runsOf(ready(setUp), call).join('; ');

const inB = (task: Task): void => void sys.chdir(task, '/a/b');
const openF = (task: Task): void => void sys.open(task, '/a/b/f', O.RDWR);
const openA = (task: Task): void => void sys.open(task, '/a', O.RDONLY);
const stat = (path: string) => (task: Task) => sys.stat(task, path);

describe('resolve, steps of a walk', () => {
  const W = 'walk(/, ROOT); walk(a); walk(b)';
  test.each<[string, string, ((task: Task) => void)?]>([
    ['/a/b/f', `${W}; pick{getattr}(f)`],
    ['/a/b/..', `${W}; pick{getattr}(a, DOTDOT)`],
    ['/a/b/../b/.', `${W}; walk(a, DOTDOT); walk(b); pick{getattr}(b, DOT)`],
    ['/a/b/', 'walk(/, ROOT); walk(a); pick{getattr}(b)'],
    ['//a///b//f', `${W}; pick{getattr}(f)`],
    ['/a/./b', 'walk(/, ROOT); walk(a); walk(a, DOT); pick{getattr}(b)'],
    ['/', 'pick{getattr}(/, ROOT)'],
    ['/.', 'walk(/, ROOT); pick{getattr}(/, DOT)'],
    ['/..', 'walk(/, ROOT); pick{getattr}(/, DOTDOT)'],
    ['/../../a', 'walk(/, ROOT); walk(/, DOTDOT); walk(/, DOTDOT); pick{getattr}(a)'],
    ['f', 'walk(b, ROOT); pick{getattr}(f)', inB],
    ['.', 'walk(b, ROOT); pick{getattr}(b, DOT)', inB],
    ['..', 'walk(b, ROOT); pick{getattr}(a, DOTDOT)', inB],
    ['../b/f', 'walk(b, ROOT); walk(a, DOTDOT); walk(b); pick{getattr}(f)', inB],
    ['/l/f', 'walk(/, ROOT); walk(/); walk(a); walk(b); pick{getattr}(f)'],
    ['/l', 'walk(/, ROOT); walk(/); walk(a); pick{getattr}(b)'],
    ['/a/rel', 'walk(/, ROOT); walk(a); walk(a); walk(b); pick{getattr}(f)'],
    ['/a/abs', 'walk(/, ROOT); walk(a); walk(/); walk(a); walk(b); pick{getattr}(f)'],
    ['/a/top', 'walk(/, ROOT); walk(a); pick{getattr}(/)'],
    ['/a/top/ld', 'walk(/, ROOT); walk(a); walk(/); pick{getattr}(ld)'],
    ['/a/b/none', W],
    ['/a/none/x', 'walk(/, ROOT); walk(a)'],
    ['/ld/x', 'walk(/, ROOT)'],
    ['', ''],
  ])('%s', (path, expected, setUp) => expect(runs(stat(path), setUp)).toBe(expected));
});

describe('syscalls, runs of each call', () => {
  const W = 'walk(/, ROOT); walk(a); walk(b)';
  const WA = 'walk(/, ROOT); walk(a)';
  type Case = [name: string, call: (task: Task) => unknown, expected: string, setUp?: (task: Task) => void];
  const open = (path: string, flags: number) => (task: Task) => sys.open(task, path, flags);
  test.each<Case>([
    ['open for reading', open('/a/b/f', O.RDONLY), `${W}; pick{open+read}(f); get(f)`],
    ['open for both', open('/a/b/f', O.RDWR), `${W}; pick{open+read+write}(f); get(f)`],
    ['open to append', open('/a/b/f', O.WRONLY | O.APPEND), `${W}; pick{append+open+write}(f); get(f)`],
    ['open to truncate', open('/a/b/f', O.WRONLY | O.TRUNC), `${W}; pick{open+setattr+write}(f); get(f)`],
    ['open a directory', open('/a/b', O.RDONLY), `${WA}; pick{open+readdir}(b); get(b)`],
    ['open O_PATH', open('/a/b/f', O.PATH), `${W}; pick{open}(f); get(f)`],
    [
      'open creates',
      open('/a/b/n', O.WRONLY | O.CREAT | O.TRUNC),
      `${W}; pick{create}(b); pick{open+write}(new); get(new)`,
    ],
    ['open O_EXCL existing', open('/a/b/f', O.CREAT | O.EXCL), W],
    [
      'openat',
      (t) => sys.open(t, 'b/f', O.RDONLY, 0),
      'walk(a, ROOT); walk(b); pick{open+read}(f); get(f)',
      openA,
    ],
    ['stat', stat('/a/b/f'), `${W}; pick{getattr}(f)`],
    ['lstat', (t) => sys.lstat(t, '/a/rel'), `${WA}; pick{getattr}(rel)`],
    ['lstat with a slash', (t) => sys.lstat(t, '/l/'), 'walk(/, ROOT); walk(/); walk(a); pick{getattr}(b)'],
    ['getxattr', (t) => sys.getxattr(t, '/a/b/f'), `${W}; pick{getattr}(f)`],
    ['statfs', (t) => sys.statfs(t, '/a/b/f'), `${W}; pick{getattr}(f)`],
    ['access F_OK', (t) => sys.access(t, '/a/b/f', e.ACCESS.F_OK), W],
    ['access all', (t) => sys.access(t, '/a/b/f', 7), `${W}; pick{execute+read+write}(f)`],
    ['access a directory', (t) => sys.access(t, '/a/b', 7), `${WA}; pick{readdir}(b)`],
    ['access to write a directory', (t) => sys.access(t, '/a/b', e.ACCESS.W_OK), WA],
    ['readlink', (t) => sys.readlink(t, '/a/rel'), `${WA}; pick{read}(rel)`],
    ['chmod', (t) => sys.chmod(t, '/a/b/f'), `${W}; pick{setattr}(f)`],
    ['lchown', (t) => sys.chown(t, '/a/rel', e.AT_FDCWD, e.AT_SYMLINK_NOFOLLOW), `${WA}; pick{setattr}(rel)`],
    ['utimes', (t) => sys.utimes(t, '/a/b'), `${WA}; pick{setattr}(b)`],
    ['truncate', (t) => sys.truncate(t, '/a/b/f'), `${W}; pick{setattr}(f); pick{write}(f)`],
    ['mkdir', (t) => sys.mkdir(t, '/a/b/n'), `${W}; pick{create}(b)`],
    ['mkdir with a slash', (t) => sys.mkdir(t, '/a/b/n/'), `${W}; pick{create}(b)`],
    ['mkdir in the working directory', (t) => sys.mkdir(t, 'n'), 'walk(b, ROOT); pick{create}(b, ROOT)', inB],
    ['mknod', (t) => sys.mknod(t, '/a/b/n', 'fifo'), `${W}; pick{create}(b)`],
    ['symlink', (t) => sys.symlink(t, 'x', '/a/b/n'), `${W}; pick{create}(b)`],
    ['unlink', (t) => sys.unlink(t, '/a/b/f'), `${W}; pick{unlink}(f)`],
    ['unlink a link', (t) => sys.unlink(t, '/a/rel'), `${WA}; pick{unlink}(rel)`],
    ['rmdir', (t) => sys.rmdir(t, '/a/empty'), `${WA}; pick{rmdir}(empty)`],
    [
      'link',
      (t) => sys.link(t, '/a/b/f', '/m/n'),
      `${W}; walk(/, ROOT); walk(m); pick{link}(f); pick{linkto}(m)`,
    ],
    [
      'rename',
      (t) => sys.rename(t, '/a/b/f', '/m/n'),
      `${W}; walk(/, ROOT); walk(m); pick{rename}(f); pick{renameto}(m)`,
    ],
    [
      'rename onto a file',
      (t) => sys.rename(t, '/a/b/f', '/a/b/g'),
      `${W}; ${W}; pick{rename}(f); pick{renameto}(b); pick{unlink}(g)`,
    ],
    [
      'rename onto a directory',
      (t) => sys.rename(t, '/a/b', '/m'),
      `${WA}; walk(/, ROOT); pick{rename}(b); pick{renameto}(/, ROOT); pick{rmdir}(m)`,
    ],
    [
      'exchange',
      (t) => sys.rename(t, '/a/b/f', '/ld', e.AT_FDCWD, e.AT_FDCWD, e.RENAME_EXCHANGE),
      `${W}; walk(/, ROOT); pick{renameto}(/, ROOT); pick{renameto}(b); pick{rename}(f); pick{rename}(ld)`,
    ],
    ['chdir', (t) => sys.chdir(t, '/a/b'), `${WA}; pick{chdir}(b); get(b)`],
    ['fchdir', (t) => sys.fchdir(t, 0), 'pick{chdir}(a); get(a)', openA],
    ['chroot', (t) => sys.chroot(t, '/a/b'), `${WA}; pick{chroot}(b); get(b)`],
    [
      'pivot_root',
      (t) => sys.pivotRoot(t, '/m', '/m/b'),
      'walk(/, ROOT); walk(/, ROOT); walk(a); pick{mounton}(b); pick{chroot}(a); get(a)',
      (t) => void sys.mountBind(t, '/a', '/m'),
    ],
    ['mount', (t) => sys.mountBind(t, '/a', '/m'), 'walk(/, ROOT); pick{mounton}(m); walk(/, ROOT)'],
    [
      'execve and its interpreters',
      (t) => sys.execve(t, '/run'),
      `walk(/, ROOT); pick{execute+open}(run); ${W}; pick{execute+open}(sh); walk(/, ROOT); pick{execute+open}(ld)`,
    ],
    ['mmap, private', (t) => sys.mmap(t, 0, 7, e.MAP_PRIVATE), 'pick{execute+map+read}(f)', openF],
    ['mmap, shared', (t) => sys.mmap(t, 0, 3, e.MAP_SHARED), 'pick{map+read+write}(f)', openF],
    [
      'mprotect',
      (t) => sys.mprotect(t, 0, e.PROT.EXEC),
      'pick{execute+map}(f)',
      (t) => (openF(t), void sys.mmap(t, 0, 1, e.MAP_SHARED)),
    ],
    ['ioctl', (t) => sys.ioctl(t, 0), 'pick{ioctl}(f)', openF],
    ['fcntl', (t) => sys.fcntl(t, 0), 'pick{fcntl}(f)', openF],
    ['flock', (t) => sys.flock(t, 0), 'pick{lock}(f)', openF],
    ['fchmod', (t) => sys.fchmod(t, 0), 'pick{setattr}(f)', openF],
    ['ftruncate', (t) => sys.ftruncate(t, 0), 'pick{setattr}(f); pick{write}(f)', openF],
    ['fstat', (t) => sys.fstat(t, 0), 'pick{getattr}(f)', openF],
    ['receive', (t) => sys.receive(t, fork(t), 0), 'pick{receive}(f); get(f)', openF],
    ['transfer', (t) => sys.transfer(t, fork(t), 0), 'pick{transfer}(f)', openF],
    ['read and write', (t) => (sys.read(t, 0), sys.write(t, 0)), '', openF],
    ['close and dup', (t) => (sys.dup(t, 0), sys.close(t, 0)), '', openF],
    [
      'a request to unlink a link',
      (t) => sys.request(t, actionBit('unlink'), '/a/rel'),
      `${WA}; pick{unlink}(rel)`,
    ],
    [
      'a request to read a link',
      (t) => sys.request(t, actionBit('read'), '/a/rel'),
      `${WA}; walk(a); walk(b); pick{read}(f)`,
    ],
    ['a request to walk', (t) => sys.request(t, actionBit('walk'), '/a/b'), W],
    ['a request to walk `/`', (t) => sys.request(t, actionBit('walk'), '/'), 'walk(/, ROOT)'],
  ])('%s', (_, call, expected, setUp) => expect(runs(call, setUp)).toBe(expected));
});
