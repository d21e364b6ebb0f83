/** The facts of `by-hand.ts`, on the real kernel: programs of the system, and calls that enforce Landlock on themselves. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { landlockBits, type LandlockRight } from '../../../../src/abi/landlock.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
} from '../../../../src/artifact/enforcement-plan.js';
import { launcherOf } from '../../../../src/codegen/linux/launcher/index.js';
import { buildTree } from '../../../../src/runtime/kernel/build-tree.js';
import { AT_FDCWD, O } from '../../../../src/runtime/kernel/errno.js';
import { open } from '../../../../src/runtime/kernel/syscalls/index.js';
import { fork, ptrace } from '../../../../src/runtime/kernel/task.js';
import { confine } from '../../../../src/runtime/linux/model/confine.js';
import { buffer, runCalls, type Answer, type AskedCall } from '../../../support/call-runner.js';
import { newKernelTask } from '../../../support/fake-engine.js';
import { realKernel } from '../real-kernel.js';
import { OTHER_FACTS, type OtherFact } from './by-hand.js';

const kernel = realKernel();
const skipped = typeof kernel === 'string' ? ` (skipped: ${kernel})` : '';
type Claim = (typeof OTHER_FACTS)[number]['claim'];
const tested = new Set<string>();

/** A test that confirms a fact. `needs`: why it cannot run on this machine, or undefined. */
function confirms(claim: Claim, needs: string | undefined, test: () => void | Promise<void>): void {
  tested.add(claim);
  it.skipIf(needs !== undefined)(needs === undefined ? claim : `${claim} (skipped: ${needs})`, test);
}

const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const python = has('python3') ? undefined : 'python3 is not installed';
const asRoot = process.getuid?.() === 0 ? undefined : 'only root can make a set-user-id program';

/** Not in the folder of the tests, which other users cannot enter. */
const folder = typeof kernel === 'string' ? '' : mkdtempSync('/tmp/llp-facts-');
if (folder !== '') {
  chmodSync(folder, 0o755);
  for (const dir of ['d', 'e', 'b']) mkdirSync(join(folder, dir));
  for (const file of ['d/f', 'e/f']) writeFileSync(join(folder, file), 'text', { mode: 0o666 });
}
afterAll(() => rmSync(folder || '/nowhere', { recursive: true, force: true }));
const at = (path: string): string => join(folder, path);

/** The calls that put the caller under a ruleset without rules. `fd`: the lowest free descriptor. */
function restrict(handled: readonly LandlockRight[], fd: number): AskedCall[] {
  const attribute = Buffer.alloc(8);
  attribute.writeBigUInt64LE(BigInt(landlockBits(handled)));
  return [
    { call: 'prctl', args: [38, 1, 0, 0, 0] },
    { call: 'landlock_create_ruleset', args: [attribute, 8, 0] },
    { call: 'landlock_restrict_self', args: [fd, 0] },
  ];
}

const text = (answer: Answer | undefined): string => {
  if (answer === undefined) return 'no answer';
  return 'errno' in answer ? answer.errno : 'ok';
};
/** The results of the last `count` calls. */
const lastOf = (calls: readonly AskedCall[], count: number): string[] =>
  runCalls([], calls).answers.slice(-count).map(text);
const openAt = (path: string, flags: number): AskedCall => ({
  call: 'openat',
  args: [AT_FDCWD, path, flags, 0],
});

/** A plan that allows the handled rights in /dev, which the programs of the system need. */
function planOf(handled: readonly LandlockRight[]): EnforcementPlan {
  return {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    policy: 'facts',
    machine: { abi: 1, masks: true },
    leastAbi: 1,
    objects: [{ path: '/dev', kind: 'dir', identity: null }],
    masks: [],
    rulesets: [{ layer: 'facts', handled, rules: [{ object: 0, rights: handled }] }],
  };
}

function launcher(handled: readonly LandlockRight[]): string {
  const path = at('launcher');
  writeFileSync(path, launcherOf(planOf(handled), 'x86-64'));
  chmodSync(path, 0o755);
  return path;
}

const runPython = (script: string, under: readonly string[]): string => {
  const [command = 'python3', ...args] = [...under, 'python3', '-c', script];
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.stdout.trim() || run.stderr;
};

describe.skipIf(typeof kernel === 'string')(`facts by hand${skipped}`, () => {
  confirms(
    'Landlock does not refuse chroot to a task with capabilities; it refuses the mount',
    undefined,
    () => {
      const calls: AskedCall[] = [
        { call: 'unshare', args: [0x10000000 | 0x00020000] },
        ...restrict(['execute'], 3),
        { call: 'mount', args: [at('d'), at('e'), 0, 0x1000, 0] },
        { call: 'chroot', args: [at('d')] },
      ];
      expect(lastOf(calls, 2)).toEqual(['EPERM', 'ok']);
    },
  );

  confirms('fcntl of an open file is not judged', undefined, () => {
    const calls = [openAt(at('d/f'), O.RDONLY), ...restrict(['read_file', 'write_file'], 4)];
    expect(lastOf([...calls, { call: 'fcntl', args: [3, 3, 0] }], 1)).toEqual(['ok']);
  });

  confirms(
    'A descriptor from before keeps its rights, and reopening it through /proc/self/fd is judged',
    undefined,
    () => {
      const calls: AskedCall[] = [
        openAt(at('d/f'), O.RDWR),
        ...restrict(['write_file', 'read_file'], 4),
        { call: 'pwrite64', args: [3, 'text', 4, 0] },
        openAt('/proc/self/fd/3', O.WRONLY),
      ];
      expect(lastOf(calls, 2)).toEqual(['ok', 'EACCES']);
    },
  );

  confirms('An open with O_PATH gives a descriptor whose reopening is judged', undefined, () => {
    const calls = [
      ...restrict(['read_file'], 3),
      openAt(at('d/f'), O.PATH),
      openAt('/proc/self/fd/4', O.RDONLY),
    ];
    expect(lastOf(calls, 2)).toEqual(['ok', 'EACCES']);
  });

  confirms('statfs and inotify are not judged by Landlock', undefined, () => {
    const calls: AskedCall[] = [
      ...restrict(['read_file', 'read_dir'], 3),
      { call: 'statfs', args: [at('d'), buffer(256)] },
      { call: 'inotify_init1', args: [0] },
      { call: 'inotify_add_watch', args: [4, at('d'), 0xfff] },
      openAt(at('d'), O.DIRECTORY),
    ];
    expect(lastOf(calls, 4)).toEqual(['ok', 'ok', 'ok', 'EACCES']);
  });

  confirms('A rule on an object holds where a bind mount shows it', undefined, () => {
    const rule = Buffer.alloc(16);
    rule.writeBigUInt64LE(BigInt(landlockBits(['read_file'])));
    rule.writeInt32LE(4, 8);
    const [prctl, create, self] = restrict(['read_file'], 3) as [AskedCall, AskedCall, AskedCall];
    const calls: AskedCall[] = [
      { call: 'unshare', args: [0x10000000 | 0x00020000] },
      { call: 'mount', args: [at('d'), at('b'), 0, 0x1000, 0] },
      prctl,
      create,
      openAt(at('d'), O.PATH),
      { call: 'landlock_add_rule', args: [3, 1, rule, 0] },
      self,
      openAt(at('b/f'), O.RDONLY),
      openAt(at('e/f'), O.RDONLY),
    ];
    expect(lastOf(calls, 2)).toEqual(['ok', 'EACCES']);
    const { vfs } = buildTree([
      { kind: 'file', path: '/d/f' },
      { kind: 'file', path: '/e/f' },
      { kind: 'bind', path: '/b', target: '/d' },
    ]);
    const plan = planOf(['read_file']);
    const confined = confine(
      {
        ...plan,
        objects: [{ path: '/d', kind: 'dir', identity: null }],
        rulesets: plan.rulesets.map((r) => ({ ...r, rules: [{ object: 0, rights: ['read_file'] }] })),
      },
      vfs,
    );
    const task = newKernelTask(vfs);
    if (confined.ok) confined.enter(task);
    expect([open(task, '/b/f', O.RDONLY).ok, open(task, '/e/f', O.RDONLY).ok]).toEqual([true, false]);
  });

  confirms('A process under Landlock cannot trace a process that is not', undefined, async () => {
    const other = spawn('sleep', ['60']);
    try {
      const seize: AskedCall = { call: 'ptrace', args: [0x4206, other.pid ?? 0, 0, 0] };
      expect(lastOf([seize], 1)).toEqual(['ok']);
      expect(lastOf([...restrict(['execute'], 3), seize], 1)).toEqual(['EPERM']);
    } finally {
      other.kill();
      await new Promise((done) => other.once('exit', done));
    }
    const task = newKernelTask();
    const free = fork(task);
    const confined = confine(
      {
        ...planOf(['execute']),
        objects: [],
        rulesets: [{ layer: 'facts', handled: ['execute'], rules: [] }],
      },
      task.kernel.vfs,
    );
    if (confined.ok) confined.enter(task);
    expect(ptrace(task, free)).toEqual({ ok: false, errno: 'EPERM' });
    expect([ptrace(task, fork(task)).ok, ptrace(free, task).ok]).toEqual([true, true]);
  });

  confirms(
    'A descriptor that arrives over a socket keeps the rights with which it was opened, and can be passed on',
    python,
    () => {
      const child = `
import os, socket, sys
s = socket.socket(fileno=0)
_, (fd,), _, _ = socket.recv_fds(s, 1, 1)
os.write(fd, b"x")
try:
    os.open(sys.argv[1], os.O_WRONLY); r = b"opened"
except PermissionError:
    r = b"refused"
socket.send_fds(s, [r], [fd])`;
      const parent = `
import os, socket, subprocess, sys
a, b = socket.socketpair()
fd = os.open(${JSON.stringify(at('d/f'))}, os.O_RDWR)
p = subprocess.Popen([${JSON.stringify(launcher(['write_file']))}, "python3", "-c", ${JSON.stringify(child)}, ${JSON.stringify(at('d/f'))}], stdin=b)
socket.send_fds(a, [b"x"], [fd])
r, fds, _, _ = socket.recv_fds(a, 99, 1)
os.write(fds[0], b"y")
p.wait()
print(r.decode(), p.returncode)`;
      expect(runPython(parent, [])).toBe('refused 0');
    },
  );

  confirms('Threads and children are under the plan of the program', python, () => {
    const script = `
import os, subprocess, threading
def attempt():
    try:
        os.open(${JSON.stringify(at('d/f'))}, os.O_WRONLY); return "opened"
    except PermissionError:
        return "refused"
seen = []
t = threading.Thread(target=lambda: seen.append(attempt())); t.start(); t.join()
r, w = os.pipe()
if os.fork() == 0:
    os.write(w, attempt().encode()); os._exit(0)
os.wait()
seen.append(os.read(r, 99).decode())
seen.append("refused" if subprocess.run(["sh", "-c", ": >>" + ${JSON.stringify(at('d/f'))}], stderr=subprocess.DEVNULL).returncode else "opened")
print(*seen)`;
    expect(runPython(script, [launcher(['write_file'])])).toBe('refused refused refused');
    expect(runPython(script, [])).toBe('opened opened opened');
  });

  confirms(
    'A set-user-id program does not gain the id of its owner',
    has('setpriv') ? asRoot : 'setpriv is not installed',
    () => {
      const program = at('id');
      copyFileSync(execFileSync('sh', ['-c', 'command -v id'], { encoding: 'utf8' }).trim(), program);
      chmodSync(program, 0o4755);
      const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
      const run = (...under: string[]): string =>
        execFileSync('setpriv', [...user, ...under, program, '-u'], { encoding: 'utf8' }).trim();
      expect([run(), run(launcher(['write_file']))]).toEqual(['0', '65534']);
    },
  );

  confirms('A program without capabilities cannot change its ids', asRoot, () => {
    const setuid: AskedCall = { call: 'setuid', args: [1234] };
    const answers = (under: readonly string[]): string[] => runCalls(under, [setuid]).answers.map(text);
    expect([answers([]), answers([launcher(['write_file'])])]).toEqual([['ok'], ['EPERM']]);
  });
});

it('facts by hand, each has a test', () => {
  const claims: readonly OtherFact[] = OTHER_FACTS;
  expect(claims.map((f) => f.claim).filter((claim) => !tested.has(claim))).toEqual([]);
});
