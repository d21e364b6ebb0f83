/** The static filter on the kernel: each call that it denies, and no other one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ActionName } from '../../../src/abi/actions.js';
import { FILTERED_CALLS, IO_URING_ACTIONS } from '../../../src/abi/filtered-calls.js';
import { SYSCALL_NUMBERS, type SyscallName } from '../../../src/abi/syscall-numbers.js';
import { runCalls, type Answer } from '../../support/call-runner.js';
import { canLaunch, launcherFile, launchFile, planByPaths } from '../../support/launch.js';

const ACTIONS = Object.keys(FILTERED_CALLS) as ActionName[];
const folder = mkdtempSync(join(tmpdir(), 'filter-'));
const files: string[] = [];
afterAll(() => {
  for (const file of files) rmSync(join(file, '..'), { recursive: true });
  rmSync(folder, { recursive: true });
});

function filtering(actions: readonly ActionName[], ioUring = false): string {
  const file = launcherFile(planByPaths({ filter: { actions, ioUring } }));
  files.push(file);
  return file;
}

/** Makes calls with arguments that no call accepts, so that they change nothing where they are not denied. */
function answers(under: readonly string[], names: readonly string[]): readonly (Answer | undefined)[] {
  const calls = names.map((name) => {
    const [call = '', flag] = name.split(':');
    return {
      call: SYSCALL_NUMBERS[call as SyscallName]['x86-64'],
      args: [-1, 0, flag === 'removedir' ? 0x200 : 0, 0, 0],
    };
  });
  return runCalls(under, calls).answers;
}

const ALL_CALLS = [...new Set(ACTIONS.flatMap((action) => FILTERED_CALLS[action] ?? []))].sort();

describe.skipIf(!canLaunch())('filter', () => {
  it.each(ACTIONS)('of `%s` denies the calls of the action, and no other one', (action) => {
    const under = answers([filtering([action])], ALL_CALLS);
    const without = answers([], ALL_CALLS);
    const denied = ALL_CALLS.filter((_, i) => JSON.stringify(under[i]) === '{"errno":"EACCES"}');
    expect(under).toHaveLength(ALL_CALLS.length);
    expect(denied).toEqual([...(FILTERED_CALLS[action] ?? [])].sort());
    expect(without.filter((answer) => JSON.stringify(answer) === '{"errno":"EACCES"}')).toEqual([]);
  });

  it('closes io_uring where the plan says so', () => {
    const setup = (file: string): Answer | undefined =>
      runCalls([file], [{ call: 'io_uring_setup', args: [1, 0] }]).answers[0];
    expect(setup(filtering(['unlink'], true))).toEqual({ errno: 'ENOSYS' });
    expect(setup(filtering(['unlink']))).not.toEqual({ errno: 'ENOSYS' });
    expect(IO_URING_ACTIONS.every((action) => action in FILTERED_CALLS)).toBe(true);
  });

  it('refuses calls of x32', () => {
    const { answers: given } = runCalls([filtering(['chroot'])], [{ call: 0x40000000 + 39, args: [] }]);
    expect(given).toEqual([{ errno: 'ENOSYS' }]);
  });

  it('ends a process that makes calls of another architecture', () => {
    const program = join(folder, 'i386');
    // mov $1, %eax; xor %ebx, %ebx; int $0x80, in an executable of x86-64
    const code = Buffer.from('b80100000031dbcd80f4', 'hex');
    const elf = Buffer.alloc(120 + code.length);
    elf.set(Buffer.from('7f454c4602010100000000000000000002003e0001000000', 'hex'));
    elf.writeBigUInt64LE(0x400078n, 24);
    elf.writeBigUInt64LE(64n, 32);
    elf.set([64, 0, 56, 0, 1, 0], 52);
    elf.writeUInt32LE(1, 64);
    elf.writeUInt32LE(5, 68);
    elf.writeBigUInt64LE(0x400000n, 80);
    elf.writeBigUInt64LE(0x400000n, 88);
    elf.writeBigUInt64LE(BigInt(elf.length), 96);
    elf.writeBigUInt64LE(BigInt(elf.length), 104);
    elf.writeBigUInt64LE(0x1000n, 112);
    elf.set(code, 120);
    writeFileSync(program, elf, { mode: 0o755 });
    if (spawnSync(program).status !== 0) return; // the kernel has no calls of i386
    expect(launchFile(filtering(['chroot']), [program])).toMatchObject({ status: null, signal: 'SIGSYS' });
    expect(launchFile(launcherFile(planByPaths({})), [program]).status).toBe(0);
  });
});
