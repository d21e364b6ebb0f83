/** Small traces, written by hand: what each call needs, and who has what open. */
import { describe, expect, it } from 'vitest';
import { maskOf } from '../../src/abi/actions.js';
import { actionText, pathText, type Need } from '../../src/tools/learn/facts.js';
import { assertionOf } from '../../src/tools/learn/learn.js';
import { recordTrace, type RecordOptions, type Recording } from '../../src/tools/learn/record.js';
import { readTrace } from '../../src/tools/learn/strace.js';

function record(text: string, options: Partial<RecordOptions> = {}): Recording {
  const trace = readTrace(text.trim().replace(/^ +/gm, ''));
  expect(trace.unparsed).toEqual([]);
  return recordTrace(trace, { input: 0, ...options });
}

function needs(text: string, options: Partial<RecordOptions> = {}): string[] {
  const recording = record(text, options);
  expect([...recording.faults, ...recording.notes]).toEqual([]);
  return [...recording.facts.needs.values()].map(needText).sort();
}

function needText({ part, why, path, actions }: Need): string {
  return `${part === 'region' ? `${why} beneath ` : ''}${pathText(path)}: ${actionText(actions)}`;
}

const CALLS: readonly (readonly [string, readonly string[]])[] = [
  ['openat(AT_FDCWD, "/a/f", O_RDONLY) = 3', ['/a/f: open, read']],
  ['openat2(AT_FDCWD, "/a/f", {flags=O_WRONLY|O_APPEND, resolve=0}, 24) = 3', ['/a/f: append, open, write']],
  ['open("/a", O_RDONLY|O_DIRECTORY) = 3', ['/a: open, readdir']],
  ['creat("/a/f", 0644) = 3', ['/a: create', 'new beneath /a: open, write']],
  ['statx(AT_FDCWD, "/a/f", 0, STATX_ALL, {stx_mode=S_IFREG|0644, ...}) = 0', ['/a/f: getattr']],
  ['lstat("/a", {st_mode=S_IFDIR|0755, ...}) = 0', ['/a: getattr']],
  ['readlink("/a/l", "f", 10) = 1', ['link beneath /a: read']],
  ['readlink("/a/f", 0x7f, 10) = -1 EINVAL (Invalid argument)', []],
  ['faccessat2(AT_FDCWD, "/a/f", X_OK, AT_EACCESS) = 0', ['/a/f: execute']],
  ['faccessat(AT_FDCWD, "/a/f", F_OK) = 0', []],
  ['renameat2(AT_FDCWD, "/a/f", AT_FDCWD, "/b/g", RENAME_NOREPLACE) = 0', ['/a/f: rename', '/b: renameto']],
  ['linkat(AT_FDCWD, "/a/f", AT_FDCWD, "/b/g", 0) = 0', ['/a/f: link', '/b: linkto']],
  ['symlinkat("x", AT_FDCWD, "/a/l") = 0', ['/a: create']],
  ['mkdirat(AT_FDCWD, "/a/d", 0755) = 0', ['/a: create']],
  ['mknodat(AT_FDCWD, "/a/d", S_IFIFO|0644) = 0', ['/a: create']],
  ['unlinkat(AT_FDCWD, "/a/f", 0) = 0', ['/a/f: unlink']],
  ['unlinkat(AT_FDCWD, "/a/d", AT_REMOVEDIR) = 0', ['/a/d: rmdir']],
  ['rmdir("/a/d") = -1 ENOTEMPTY (Directory not empty)', ['/a/d: rmdir']],
  ['mkdir("/a/d", 0755) = -1 EEXIST (File exists)', []],
  ['fchmodat(AT_FDCWD, "/a/f", 0600) = 0', ['/a/f: setattr']],
  ['lsetxattr("/a/f", "user.x", "1", 1, 0) = 0', ['/a/f: setattr']],
  ['getxattr("/a/f", "user.x", 0x7f, 10) = -1 ENODATA (No data available)', ['/a/f: getattr']],
  ['statfs("/a", {f_type=TMPFS_MAGIC, ...}) = 0', ['/a: getattr']],
  ['truncate("/a/f", 0) = 0', ['/a/f: setattr, write']],
  ['chdir("/a") = 0', ['/a: chdir']],
  ['execve("/a/f", ["f"], 0x7f /* 1 var */) = 0', ['/a/f: execute, open']],
  ['inotify_add_watch(3, "/a", IN_CREATE) = 1', ['/a: read']],
  ['stat("/a/f", 0x7f) = -1 ENOENT (No such file or directory)', []],
  ['openat(AT_FDCWD, "/a/f", O_RDONLY) = -1 EACCES (Permission denied)', []],
  [
    'openat(AT_FDCWD, "/dev/tty", O_RDWR) = -1 ENXIO (No such device or address)',
    ['/dev/tty: open, read, write'],
  ],
];

describe('recordTrace, actions that a call needs', () => {
  it.each(CALLS)('%s', (line, expected) => {
    expect(needs(`1 ${line}`)).toEqual(expected);
  });
});

describe('recordTrace, refused calls', () => {
  const succeeding = CALLS.filter(([line]) => !line.includes(' = -1 '));
  const refuse = (line: string): string => line.replace(/ = \S+$/, ' = -1 EACCES (Permission denied)');

  it.each(succeeding)('needs the actions of the call that succeeds: %s', (line, expected) => {
    const [refused] = record(`1 ${refuse(line)}`).refused;
    expect(refused?.needs.map(needText).sort()).toEqual(expected);
  });

  it.each(succeeding)('changes no descriptor and no place: %s', (line) => {
    const others = `
      1 openat(AT_FDCWD, "/a/f", O_RDONLY) = 3
      1 stat("/a/d/x", {st_mode=S_IFREG|0644, ...}) = 0
      1 openat(AT_FDCWD, "/a/new", O_WRONLY|O_CREAT, 0644) = 4
      1 rename("/a/new", "/a/newer") = 0`;
    const after = '\n1 stat("/a/d", {st_mode=S_IFDIR|0755, ...}) = 0\n1 mkdir("/a/made", 0755) = 0';
    const kept = ({ facts, tree, steps, guessed, notes, faults }: Recording): unknown => ({
      ...{ facts, tree, steps, guessed, notes, faults },
    });
    expect(kept(record(`${others}\n1 ${refuse(line)}${after}`))).toEqual(kept(record(`${others}${after}`)));
  });
});

describe('recordTrace, descriptors', () => {
  it('follows descriptors through dup, fcntl and execve', () => {
    const text = `
      1 openat(AT_FDCWD, "/a", O_RDONLY|O_DIRECTORY) = 3
      1 dup2(3, 5) = 5
      1 close(3) = 0
      1 fcntl(5, F_DUPFD_CLOEXEC, 10) = 10
      1 openat(10, "f", O_RDONLY) = 3
      1 execve("/b/p", ["p"], 0x7f) = 0
      1 openat(AT_FDCWD, "/c", O_RDONLY|O_DIRECTORY) = 10
      1 openat(5, "g", O_RDONLY) = 4
      1 openat(10, "h", O_RDONLY) = 6`;
    expect(needs(text)).toEqual([
      '/a/f: open, read',
      '/a/g: open, read',
      '/a: fcntl, open, readdir',
      '/b/p: execute, open',
      '/c/h: open, read',
      '/c: open, readdir',
    ]);
  });

  it('threads share descriptors and processes copy them', () => {
    const text = `
      1 chdir("/w") = 0
      1 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, stack=0x7f}, 88) = 2
      2 openat(AT_FDCWD, "/a", O_RDONLY|O_DIRECTORY) = 3
      1 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f) = 4
      2 chdir("/v") = 0
      4 openat(AT_FDCWD, "of-child", O_RDONLY) = 5
      1 openat(AT_FDCWD, "of-both", O_RDONLY) = 5
      4 close(3) = 0
      1 openat(3, "f", O_RDONLY) = 6
      2 +++ exited with 0 +++
      1 openat(3, "g", O_RDONLY) = 7`;
    expect(needs(text)).toEqual([
      '/a/f: open, read',
      '/a/g: open, read',
      '/a: open, readdir',
      '/v/of-both: open, read',
      '/v: chdir',
      '/w/of-child: open, read',
      '/w: chdir',
    ]);
  });

  it('follows a descriptor that was received over a socket', () => {
    const text = `
      1 clone(child_stack=NULL, flags=SIGCHLD) = 2
      1 openat(AT_FDCWD, "/a/f", O_RDONLY) = 3
      1 sendmsg(4, {msg_iov=[], msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]}, 0) = 1
      1 close(3) = 0
      2 recvmsg(5, {msg_iov=[], msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7]}]}, 0) = 1
      2 fchmod(7, 0600) = 0`;
    expect(needs(text)).toEqual(['/a/f: open, read, receive, setattr']);
  });

  it('asks again when the protection of a mapping changes', () => {
    const text = `
      1 openat(AT_FDCWD, "/a/l.so", O_RDONLY) = 3
      1 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000
      1 mmap(0x7f0000001000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000
      1 mprotect(0x7f0000001000, 4096, PROT_READ|PROT_EXEC) = 0`;
    expect(needs(text)).toEqual(['/a/l.so: map, open, read']);
    expect(needs(`${text}\n1 mprotect(0x7f0000000000, 4096, PROT_READ|PROT_EXEC) = 0`)).toEqual([
      '/a/l.so: execute, map, open, read',
    ]);
  });

  it('knows descriptors that were open before from `strace -y`', () => {
    expect(
      needs(
        '1 fstat(1</srv/log>, {st_mode=S_IFREG|0644, ...}) = 0\n1 ioctl(2<pipe:[3]>, TCGETS, 0x7f) = -1 ENOTTY (x)',
      ),
    ).toEqual(['/srv/log: getattr']);
    expect(record('1 fstat(1, {st_mode=S_IFREG|0644, ...}) = 0').unknownDescriptors).toBe(1);
  });

  it('tells a file that was there before from one that the program made', () => {
    expect(needs('1 openat(AT_FDCWD, "/dev/null", O_WRONLY|O_CREAT, 0666) = 3')).toEqual([
      '/dev/null: open, write',
    ]);
    const text = `
      1 openat(AT_FDCWD</w>, "log", O_WRONLY|O_CREAT, 0644) = 3</w/log>
      1 clone(child_stack=NULL, flags=SIGCHLD) = 2
      2 fstat(0</w/log>, {st_mode=S_IFREG|0644, ...}) = 0`;
    expect(needs(text)).toEqual(['/w/log: getattr, open, write']);
  });
});

describe('recordTrace, places', () => {
  it('takes what the program made for a part of the directory that was there', () => {
    const text = `
      1 mkdir("/out/d", 0755) = 0
      1 openat(AT_FDCWD, "/out/d/.t", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3
      1 rename("/out/d/.t", "/out/d/f") = 0
      1 unlink("/out/d/f") = 0`;
    expect(needs(text)).toEqual([
      '/out: create',
      'new beneath /out: create, renameto',
      'new beneath /out: open, rename, unlink, write',
    ]);
  });

  it('follows links that readlink or `strace -y` shows', () => {
    expect(needs('1 readlink("/l", "a/b", 9) = 3\n1 openat(AT_FDCWD, "/l/f", O_RDONLY) = 3')).toEqual([
      '/a/b/f: open, read',
      'link beneath /: read',
    ]);
    expect(needs('1 openat(AT_FDCWD, "/lib/x/c.so", O_RDONLY) = 3</usr/lib/x/c.so>')).toEqual([
      '/usr/lib/x/c.so: open, read',
    ]);
  });

  it('knows a directory from its later entries', () => {
    expect(
      needs('1 access("/a", R_OK) = 0\n1 access("/a/b", R_OK) = 0\n1 access("/a/b/c", R_OK) = 0'),
    ).toEqual(['/a/b/c: read', '/a/b: readdir', '/a: readdir']);
  });

  it('takes a place of unknown kind for a file, and reports it', () => {
    expect(
      record('1 chmod("/a", 0755) = 0\n1 access("/b", R_OK) = 0\n1 access("/b/c", F_OK) = 0').guessed,
    ).toEqual(['/a', '/b/c']);
    expect(record('1 openat(AT_FDCWD, "/a", O_RDONLY) = 3').guessed).toEqual([]);
  });

  it('refuses a relative path without a start', () => {
    const text = '1 openat(AT_FDCWD, "f", O_RDONLY) = 3';
    expect(record(text).faults.map((f) => f.origin.line)).toEqual([1]);
    expect(needs(text, { cwd: '/w' })).toEqual(['/w/f: open, read']);
    expect(needs('1 openat(AT_FDCWD</w>, "f", O_RDONLY) = 3</w/f>')).toEqual(['/w/f: open, read']);
    expect(needs(`${text}\n1 getcwd("/w", 9) = 3`)).toEqual(['/w/f: open, read']);
  });

  it('refuses a path that strace cut', () => {
    const { faults } = record('1 stat("/a/very"..., {st_mode=S_IFREG|0644, ...}) = 0');
    expect(faults[0]?.what).toContain('-s 4096');
  });
});

describe('recordTrace, calls without a grant', () => {
  it('grants nothing for a denied call', () => {
    const recording = record('1 openat(AT_FDCWD, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)');
    expect(recording.refused).toMatchObject([
      { origin: { input: 0, line: 1 }, call: 'openat("/etc/shadow")', errno: 'EACCES' },
    ]);
    expect(recording.facts.needs.size).toBe(0);
  });

  it('grants nothing for a call that an assertion excludes, nor for calls that depend on it', () => {
    const text = `
      1 openat(AT_FDCWD, "/etc/f", O_WRONLY) = 3
      1 fchmod(3, 0600) = 0
      1 openat(AT_FDCWD, "/etc/f", O_RDONLY) = 4`;
    const never = { actions: maskOf('write'), path: ['etc'], text: 'no writing' };
    const recording = record(text, { assertionOf: assertionOf([never]) });
    expect(recording.violations.map((v) => v.origin.line)).toEqual([1]);
    expect([...recording.facts.needs.values()].map((n) => actionText(n.actions))).toEqual(['open, read']);
  });

  it('counts what was looked for and not found', () => {
    expect([
      ...record('1 stat("/no/such", 0x7f) = -1 ENOENT (No such file or directory)').probes.keys(),
    ]).toEqual(['/no/such']);
  });
});
