/** Signals during each phase of `llpc enforce`, and many launches at once: nothing is half done, nothing stays behind. */
import { once } from 'node:events';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { folder, llpcProcess } from '../../support/llpc.js';
import { box, enforces, envOf, leftBehind, POLICY, processesWith, startEnforced } from './run-enforce.js';

/** In a process group without a parent in its session, Linux ignores SIGTSTP: nothing stops. */
const isOrphaned =
  spawnSync('sh', ['-c', 'kill -TSTP $$; echo on'], { timeout: 500, killSignal: 'SIGKILL' }).stdout.length >
  0;
if (isOrphaned) console.warn('skipped: a stop of `llpc enforce`: the process group of the tests is orphaned');

/** Waits until the output of a child has this word. */
async function until(child: ReturnType<typeof startEnforced>, word: string): Promise<void> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes(word)) return;
  }
  throw new Error(`it ended before it wrote ${word}: ${text}`);
}

const ended = async (child: ReturnType<typeof startEnforced>): Promise<unknown> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode;
};

describe.skipIf(!enforces)('signals of llpc enforce', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s is passed on',
    async (signal) => {
      const name = signal.slice(3);
      const script = `trap "exit 9" ${name}; echo ready; while :; do sleep 0.05; done`;
      const child = startEnforced(box(), ['sh', '-c', script]);
      await until(child, 'ready');
      child.kill(signal);
      expect(await ended(child)).toBe(9);
    },
  );

  it.skipIf(isOrphaned)('a stop stops both, and a continuation continues both', async () => {
    const root = box();
    const child = startEnforced(root, [
      'sh',
      '-c',
      'echo ready; while :; do echo x >>beat; sleep 0.05; done',
    ]);
    await until(child, 'ready');
    const beats = (): number => fs.statSync(join(root, 'in/beat'), { throwIfNoEntry: false })?.size ?? 0;
    const state = (): string => /\) (\w)/.exec(fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8'))?.[1] ?? '';
    child.kill('SIGTSTP');
    while (state() !== 'T') await sleep(20);
    await sleep(150);
    const stopped = beats();
    await sleep(300);
    expect(beats()).toBe(stopped);
    child.kill('SIGCONT');
    while (beats() === stopped) await sleep(20);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe('SIGTERM');
  });

  it('at any time nothing of it stays behind', async () => {
    const root = box();
    const mark = `mark-${process.pid}-${Date.now()}`;
    for (const delay of [0, 30, 60, 100, 150, 200, 250, 300, 400, 500, 700, 1000]) {
      const child = startEnforced(root, ['sh', '-c', `: ${mark}; echo started; sleep 20`]);
      await sleep(delay);
      child.kill('SIGTERM');
      expect(await ended(child)).toBe('SIGTERM');
      for (let tries = 0; processesWith(mark).length > 0 && tries < 50; tries++) await sleep(20);
      expect([delay, processesWith(mark), leftBehind(root)]).toEqual([delay, [], []]);
    }
  });
});

describe.skipIf(!enforces)('many at once', () => {
  it('50 launches of what llpc build made, and 6 of llpc enforce, are each under the policy', async () => {
    const root = box();
    const build = llpcProcess(root, [
      'build',
      'policy.llp',
      '-D',
      `at=${root}/in`,
      '--target',
      'linux',
      '-o',
      'out',
    ]);
    expect(build.code).toBe(0);
    const run = async (i: number): Promise<string> => {
      const child = spawn(
        join(root, 'out/sandbox'),
        ['sh', '-c', `cat secret 2>/dev/null; echo ${i} >n${i}; cat n${i}`],
        {
          cwd: join(root, 'in'),
          env: envOf(root),
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      let out = '';
      child.stdout.on('data', (data) => (out += String(data)));
      const [code] = (await once(child, 'close')) as [number];
      return `${code} ${out}`;
    };
    const slow = Array.from({ length: 6 }, () => startEnforced(root, ['cat', 'secret']));
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => run(i)));
    expect(all).toEqual(all.map((_, i) => `0 ${i}\n`));
    expect(await Promise.all(slow.map(ended))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(leftBehind(root)).toEqual([]);
  });
});

describe.skipIf(!enforces)('llpc build for linux', () => {
  it('writes a plan and a launcher that is the same again', () => {
    const root = box();
    const args = ['build', 'policy.llp', '-D', `at=${root}/in`, '--target', 'linux', '-o'];
    expect(llpcProcess(root, [...args, 'one']).code).toBe(0);
    expect(llpcProcess(root, [...args, 'two']).code).toBe(0);
    expect(fs.readdirSync(join(root, 'one')).sort()).toEqual(['manifest.json', 'plan.json', 'sandbox']);
    for (const name of ['plan.json', 'sandbox'])
      expect(fs.readFileSync(join(root, 'one', name))).toEqual(fs.readFileSync(join(root, 'two', name)));
    expect(fs.statSync(join(root, 'one/sandbox')).mode & 0o777).toBe(0o755);
  });

  it('a launcher does not start when an object is another one than was grounded', () => {
    const root = box();
    const { code } = llpcProcess(root, [
      'build',
      'policy.llp',
      '-D',
      `at=${root}/in`,
      '--target',
      'linux',
      '-o',
      'out',
    ]);
    expect(code).toBe(0);
    fs.renameSync(join(root, 'in/secret'), join(root, 'in/old'));
    fs.writeFileSync(join(root, 'in/secret'), 'another');
    const child = spawn(join(root, 'out/sandbox'), ['cat', 'open'], { cwd: join(root, 'in'), stdio: 'pipe' });
    return once(child, 'exit').then(([status]) => expect(status).toBe(125));
  });

  it('--portable: paths are resolved where it starts, an optional scope may be absent, a glob is an error', async () => {
    const root = folder({
      'policy.llp': POLICY.replace('file "secret"', 'file? "secret"'),
      'in/kept/x': '',
      'in/open': 'o',
    });
    const args = [
      'build',
      'policy.llp',
      '-D',
      `at=${root}/in`,
      '--target',
      'linux',
      '--portable',
      '-o',
      'out',
    ];
    const built = llpcProcess(root, args);
    expect(built.code, built.err).toBe(0);
    fs.writeFileSync(join(root, 'in/secret'), 'made later\n');
    const read = async (name: string): Promise<unknown> => {
      const child = spawn(join(root, 'out/sandbox'), ['cat', name], {
        cwd: join(root, 'in'),
        stdio: 'ignore',
      });
      return (await once(child, 'exit'))[0];
    };
    expect([await read('open'), await read('secret')]).toEqual([0, 1]);
    fs.rmSync(join(root, 'in/secret'));
    expect(await read('open')).toBe(0);
    fs.writeFileSync(join(root, 'policy.llp'), POLICY.replace('file "secret"', 'file "s*"'));
    const refused = llpcProcess(root, args);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('error[LLP5025]') });
    expect(refused.err).toContain('policy.llp:12:');
  });

  it('--portable is of a target that depends on the machine', () => {
    const root = box();
    const { code, err } = llpcProcess(root, [
      'build',
      'policy.llp',
      '-D',
      'at=/x',
      '--portable',
      '-o',
      'out',
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining('--portable')]);
  });
});
