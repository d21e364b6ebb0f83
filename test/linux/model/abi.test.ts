/** What older ABI versions of Landlock answer. A newer kernel cannot show it, so these are facts of the sources of Linux. */
import { describe, expect, it } from 'vitest';
import type { LandlockRight } from '../../../src/abi/landlock.js';
import { PLAN_FORMAT, PLAN_VERSION } from '../../../src/artifact/enforcement-plan.js';
import { buildTree } from '../../../src/runtime/kernel/build-tree.js';
import { O } from '../../../src/runtime/kernel/errno.js';
import * as sys from '../../../src/runtime/kernel/syscalls/index.js';
import type { CallResult, Task } from '../../../src/runtime/kernel/task.js';
import { confine } from '../../../src/runtime/linux/model/confine.js';
import { newKernelTask } from '../../support/fake-engine.js';

const shown = (result: CallResult): string => (result.ok ? 'ok' : result.errno);

/** Returns a task under one ruleset, with these rights on /d, on a machine with this ABI. */
function confined(abi: number, handled: readonly LandlockRight[], rights: readonly LandlockRight[]): Task {
  const { vfs } = buildTree([
    { kind: 'file', path: '/d/f' },
    { kind: 'dir', path: '/d/sub' },
    { kind: 'file', path: '/e/f' },
    { kind: 'device', path: '/e/tty' },
  ]);
  const task = newKernelTask(vfs);
  const made = confine(
    {
      format: PLAN_FORMAT,
      version: PLAN_VERSION,
      policy: 'abi',
      machine: { abi, masks: true },
      leastAbi: 1,
      objects: [{ path: '/d', kind: 'dir', identity: null }],
      masks: [],
      rulesets: [{ layer: 'abi', handled, rules: [{ object: 0, rights }] }],
    },
    vfs,
  );
  if (!made.ok) throw new Error(made.problem);
  made.enter(task);
  return task;
}

describe('model, ABI versions', () => {
  const MOVE: readonly LandlockRight[] = ['refer', 'make_reg', 'remove_file'];
  it.each([
    [1, 'EXDEV'],
    [2, 'ok'],
  ])('ABI %i: a rename to another directory with every right is %s', (abi, expected) => {
    expect(shown(sys.rename(confined(abi, MOVE, MOVE), '/d/f', '/d/sub/f'))).toBe(expected);
  });

  it.each([
    [1, 'EXDEV'],
    [2, 'EACCES'],
  ])('ABI %i: a rename to another directory without the right to make is %s', (abi, expected) => {
    expect(shown(sys.rename(confined(abi, MOVE, MOVE), '/d/f', '/e/n'))).toBe(expected);
  });

  it('ABI 1: a rename in one directory needs the rights to make and to remove', () => {
    expect(shown(sys.rename(confined(1, MOVE, MOVE), '/d/f', '/d/n'))).toBe('ok');
    expect(shown(sys.rename(confined(1, MOVE, ['make_reg']), '/d/f', '/d/n'))).toBe('EACCES');
  });

  it.each([
    [2, 'ok'],
    [3, 'EACCES'],
  ])('ABI %i: truncation without TRUNCATE is %s', (abi, expected) => {
    const task = confined(abi, ['truncate', 'write_file'], ['write_file']);
    expect(shown(sys.truncate(task, '/d/f'))).toBe(expected);
    const file = sys.open(task, '/d/f', O.WRONLY);
    expect(shown(sys.ftruncate(task, file.ok ? file.fd : -1))).toBe(expected);
    expect(shown(sys.open(task, '/d/f', O.WRONLY | O.TRUNC))).toBe(expected);
  });

  it.each([
    [4, 'ok'],
    [5, 'EACCES'],
  ])('ABI %i: a command of a device without IOCTL_DEV is %s', (abi, expected) => {
    const task = confined(abi, ['ioctl_dev'], ['ioctl_dev']);
    const file = sys.open(task, '/e/tty', O.RDONLY);
    expect(shown(sys.ioctl(task, file.ok ? file.fd : -1))).toBe(expected);
  });

  it('ABI 0: nothing is refused', () => {
    expect(shown(sys.open(confined(0, ['read_file'], []), '/e/f', O.RDONLY))).toBe('ok');
  });
});

describe('model, objects of a plan', () => {
  it('names the path of an object that is absent', () => {
    const { vfs } = buildTree([{ kind: 'file', path: '/f' }]);
    const plan = (path: string, kind: 'dir' | 'file', optional = false): ReturnType<typeof confine> =>
      confine(
        {
          format: PLAN_FORMAT,
          version: PLAN_VERSION,
          policy: 'objects',
          machine: { abi: 7, masks: true },
          leastAbi: 1,
          objects: [{ path, kind, identity: null, optional }],
          masks: [],
          rulesets: [],
        },
        vfs,
      );
    expect(plan('/none', 'file')).toMatchObject({ ok: false, path: '/none' });
    expect(plan('/f', 'dir')).toMatchObject({
      ok: false,
      path: '/f',
      problem: 'the object is not a directory',
    });
    expect([plan('/none', 'file', true).ok, plan('/f', 'file').ok]).toEqual([true, true]);
  });
});
