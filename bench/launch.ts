/** Measures launchers: how long a command takes under one, beside the command alone and beside bubblewrap with the same masks. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LANDLOCK_RIGHTS, landlockBits, type LandlockRight } from '../src/abi/landlock.js';
import type { EnforcementPlan } from '../src/artifact/enforcement-plan.js';
import * as asm from '../src/codegen/linux/launcher/asm/forms.js';
import { stepForms } from '../src/codegen/linux/launcher/generate.js';
import { executableOf, makeGenerator, numberOf, REPORT } from '../src/codegen/linux/launcher/generator.js';
import { launcherOf } from '../src/codegen/linux/launcher/index.js';
import { O_CLOEXEC, O_PATH } from '../src/codegen/linux/launcher/kernel-values.js';
import { call, column, kept, memory, NULL, number, text } from '../src/codegen/linux/launcher/step-values.js';
import type { PlanStep, StepMemory, StepRow } from '../src/codegen/linux/launcher/steps.js';
import { LANDLOCK_ABI, planByPaths } from '../test/support/launch.js';
import { medianMs, type Row } from './rows.js';
import { spawnTimes } from './spawn-times.js';

const ROUNDS = 400;
const ROUNDS_OF_MANY = 21;
const RULES = 100;
const MANY = 20_000;
const MASKS = 20;
const OPENS = 20_000;
const TRUE = ['/bin/true'] as const;
const ALL = LANDLOCK_RIGHTS.map((right) => right.name);

export function whatLaunches(): Row[] {
  if (LANDLOCK_ABI === 0) {
    process.stderr.write('launchers are not measured, since there is no Landlock on x86-64 here\n');
    return [];
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llp-bench-')));
  try {
    return [...startRows(folder), ...maskRows(folder), ...manyRows(folder), ...openRows(folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Makes so many files and returns a plan with a rule on each, and one on the root directory. */
function planOfRules(folder: string, count: number): EnforcementPlan {
  const below = join(folder, `rules-${count}`);
  mkdirSync(below);
  const paths = Array.from({ length: count - 1 }, (_, i) => join(below, `file${i}`));
  for (const path of paths) writeFileSync(path, '');
  return planByPaths({
    rules: [[['/', ALL], ...paths.map((path) => [path, ['read_file', 'write_file']] as const)]],
  });
}

function write(folder: string, name: string, executable: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, executable, { mode: 0o755 });
  return file;
}

function startRows(folder: string): Row[] {
  const launcher = write(folder, 'start', launcherOf(planOfRules(folder, RULES), 'x86-64'));
  const [alone = 0, under = 0] = spawnTimes(folder, [TRUE, [launcher, ...TRUE]], ROUNDS);
  const limit = 1.5 * alone + 1;
  return [
    {
      what: `a launcher with ${RULES} rules and /bin/true`,
      value: under,
      unit: 'ms',
      target: `under ${limit.toFixed(2)} ms`,
      beside: `/bin/true alone: ${alone.toFixed(2)} ms; the limit is 1.5 times that and 1 ms`,
    },
  ];
}

/** Directories that are read-only, and directories that are hidden: what both can do. */
function maskRows(folder: string): Row[] {
  const paths = Array.from({ length: MASKS }, (_, i) => join(folder, `mask${i}`));
  for (const path of paths) mkdirSync(path);
  const plan = planByPaths({ masks: paths.map((path, i) => [path, i % 2 === 0 ? 'ro' : 'hide'] as const) });
  const launcher = write(folder, 'masks', launcherOf(plan, 'x86-64'));
  const bwrap = ['/usr/bin/bwrap', '--unshare-user', '--dev-bind', '/', '/'];
  for (const [i, path] of paths.entries())
    bwrap.push(...(i % 2 === 0 ? ['--ro-bind', path, path] : ['--perms', '0000', '--tmpfs', path]));
  if (spawnSync(bwrap[0] ?? '', [...bwrap.slice(1), ...TRUE]).status !== 0) {
    process.stderr.write('masks are not compared, since bubblewrap does not run here\n');
    return [];
  }
  const commands = [TRUE, [launcher, ...TRUE], [...bwrap, ...TRUE]];
  const [alone = 0, under = 0, beside = 0] = spawnTimes(folder, commands, ROUNDS / 4);
  return [
    {
      what: `a launcher with ${MASKS} masks, to bubblewrap`,
      value: under / beside,
      unit: 'times',
      target: 'at most 0.5',
      beside: `launcher ${under.toFixed(2)} ms, bwrap ${beside.toFixed(2)} ms, /bin/true alone ${alone.toFixed(2)} ms`,
    },
  ];
}

function manyRows(folder: string): Row[] {
  const plan = planOfRules(folder, MANY);
  const made = medianMs(5, () => void launcherOf(plan, 'x86-64'));
  const launcher = write(folder, 'many', launcherOf(plan, 'x86-64'));
  const nothing = write(folder, 'nothing', exitAtOnce());
  const bare = write(folder, 'bare', bareCalls(plan, nothing));
  const [under = 0, kernel = 0] = spawnTimes(folder, [[launcher, nothing], [bare]], ROUNDS_OF_MANY);
  return [
    {
      what: `a launcher with ${MANY.toLocaleString('en')} rules, to the kernel's own time`,
      value: under / kernel,
      unit: 'times',
      target: 'at most 1.2',
      beside: `launcher ${under.toFixed(0)} ms; open, add, close, restrict and execute alone ${kernel.toFixed(0)} ms; made in ${made.toFixed(0)} ms`,
    },
  ];
}

/** An executable that makes only the calls without which the kernel has no rules: nothing is compared, nothing else is given up. It ends as a program that ends at once. */
function bareCalls({ objects, rulesets }: EnforcementPlan, program: string): Uint8Array {
  const to = makeGenerator('x86-64');
  const rows = (rulesets[0]?.rules ?? []).map(({ object, rights }) =>
    rowOf(objects[object]?.path ?? '', rights),
  );
  const handled: StepMemory = { name: 'ruleset', size: 8 };
  const rule: StepMemory = { name: 'rule', size: 16 };
  const steps: PlanStep[] = [
    { kind: 'set', memory: handled, offset: 0, value: number(landlockBits(ALL)) },
    call('landlock_create_ruleset', [memory(handled), number(8), number(0)], '', { keep: 'ruleset' }),
    {
      kind: 'each',
      rows,
      steps: [
        call('openat', [number(-100), column('path'), column('open'), number(0)], '', { keep: 'object' }),
        { kind: 'set', memory: rule, offset: 0, value: column('value') },
        { kind: 'set', memory: rule, offset: 8, value: kept('object') },
        call('landlock_add_rule', [kept('ruleset'), number(1), memory(rule), number(0)], ''),
        call('close', [kept('object')], ''),
      ],
    },
    call('prctl', [number(38), number(1), number(0), number(0), number(0)], ''),
    call('landlock_restrict_self', [kept('ruleset'), number(0)], ''),
    call('execve', [text(program), NULL, NULL], ''),
  ];
  const forms = stepForms(steps, to);
  const start = [asm.constant('s1', 0), asm.constant('s5', 0)];
  return executableOf(
    [...start, ...forms, ...exitForms(), asm.label(REPORT), ...exitForms(1), ...to.behind],
    to,
  );
}

function rowOf(path: string, rights: readonly LandlockRight[]): StepRow {
  const none = {
    parent: null,
    device: 0n,
    inode: 0n,
    birth: null,
    compared: false,
    optional: false,
    hidden: false,
    shown: '',
  };
  return { path, open: O_PATH | O_CLOEXEC, value: landlockBits(rights), ...none };
}

/** A file eight directories deep, opened and closed many times: what that costs under a plan, and beside it under others. */
function openRows(folder: string): Row[] {
  const dir = join(folder, '1/2/3/4/5/6');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'file'), '');
  const extra = Array.from({ length: 9 }, (_, i) => join(folder, `rule${i}`));
  const masked = [join(folder, 'kept'), join(folder, 'hidden')] as const;
  for (const path of [...extra, ...masked]) mkdirSync(path);
  const rules = [[['/', ALL] as const, ...extra.map((path) => [path, ['read_file']] as const)]] as const;
  const masks = [[masked[0], 'ro'] as const, [masked[1], 'hide'] as const];
  const byHand = write(folder, 'by-hand', launcherOf(planByPaths({ rules }), 'x86-64'));
  const planned = write(folder, 'planned', launcherOf(planByPaths({ rules, masks }), 'x86-64'));
  const opener = write(folder, 'opener', opening(join(dir, 'file'), OPENS));
  const idle = write(folder, 'idle', opening(join(dir, 'file'), 0));
  const bwrap = [
    '/usr/bin/bwrap',
    '--unshare-user',
    '--dev-bind',
    '/',
    '/',
    '--ro-bind',
    masked[0],
    masked[0],
  ];
  const ways = [[], [byHand], [planned], ...(runs(bwrap) ? [bwrap] : [])];
  const times = spawnTimes(
    folder,
    [...ways.map((w) => [...w, opener]), ...ways.map((w) => [...w, idle])],
    ROUNDS_OF_MANY,
  );
  const [free = 0, rule = 0, plan = 0, other] = ways.map((_, i) => {
    return (((times[i] ?? 0) - (times[i + ways.length] ?? 0)) * 1000) / OPENS;
  });
  const beside = other === undefined ? '' : `, under bubblewrap ${other.toFixed(2)} µs`;
  return [
    {
      what: 'open and close under a plan of 10 rules and 2 masks',
      target: '',
      value: plan,
      unit: 'µs',
      beside: `without a policy ${free.toFixed(2)} µs, under 10 Landlock rules alone ${rule.toFixed(2)} µs${beside}`,
    },
  ];
}

function runs(command: readonly string[]): boolean {
  return spawnSync(command[0] ?? '', [...command.slice(1), ...TRUE]).status === 0;
}

/** An executable that opens and closes a file so many times. */
function opening(path: string, times: number): Uint8Array {
  const to = makeGenerator('x86-64');
  const rows = Array.from({ length: times }, () => ({ ...rowOf(path, []), open: O_CLOEXEC }));
  const steps: PlanStep[] = [
    {
      kind: 'each',
      rows,
      steps: [
        call('openat', [number(-100), column('path'), column('open'), number(0)], '', { keep: 'object' }),
        call('close', [kept('object')], ''),
      ],
    },
  ];
  const start = [asm.constant('s1', 0), asm.constant('s5', 0)];
  return executableOf(
    [...start, ...stepForms(steps, to), ...exitForms(), asm.label(REPORT), ...exitForms(1), ...to.behind],
    to,
  );
}

function exitAtOnce(): Uint8Array {
  return executableOf(exitForms(), makeGenerator('x86-64'));
}

function exitForms(status = 0): asm.CpuForm[] {
  return [asm.constant('a0', status), asm.syscall(numberOf('exit_group', 'x86-64'))];
}
