/** The real kernel: calls are made by the call runner under a launcher. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnforcementPlan } from '../../../src/artifact/enforcement-plan.js';
import { launcherOf } from '../../../src/codegen/linux/launcher/index.js';
import {
  answersIn,
  buffer,
  inputFor,
  runCalls,
  runnerFile,
  type Answer,
  type AskedCall,
} from '../../support/call-runner.js';
import type { RawCall } from './raw-calls.js';

const CREATE_RULESET_VERSION = 1;
const CLONE_NEWUSER = 0x10000000;
const CLONE_NEWNS = 0x00020000;

/** A program to run: its plan, the directory in which it starts, and its calls. */
export interface RealJob {
  readonly plan: EnforcementPlan;
  readonly cwd: string;
  /** Commands of the shell that finish the tree. */
  readonly before: readonly string[];
  readonly calls: readonly RawCall[];
}

/** What of the machine the tests of the model need; undefined where they cannot run. */
export interface RealKernel {
  readonly abi: number;
  /** The path of the program that makes the calls. */
  readonly program: string;
  /** Makes the calls of each job under its plan in its directory. */
  readonly run: (jobs: readonly RealJob[]) => readonly (readonly string[])[];
}

let found: RealKernel | string | undefined;

/** Returns the real kernel, or why the tests cannot run on this machine. */
export function realKernel(): RealKernel | string {
  found ??= lookAround();
  return found;
}

function lookAround(): RealKernel | string {
  if (platform() !== 'linux' || arch() !== 'x64')
    return 'the launcher of these tests runs on Linux on x86-64';
  const [version] = runCalls(
    [],
    [{ call: 'landlock_create_ruleset', args: [0, 0, CREATE_RULESET_VERSION] }],
  ).answers;
  if (version === undefined || 'errno' in version || version.value < 1) return 'the kernel has no Landlock';
  const [made] = runCalls([], [{ call: 'unshare', args: [CLONE_NEWUSER | CLONE_NEWNS] }]).answers;
  if (made === undefined || 'errno' in made) return 'this system does not allow user namespaces';
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  return { abi: version.value, program: runnerFile(), run: (jobs) => runJobs(jobs, folder) };
}

/** Runs all jobs from one shell: to start a process from a small one takes a fraction of the time. */
function runJobs(jobs: readonly RealJob[], folder: string): string[][] {
  const script = jobs.map(({ plan, cwd, before, calls }, i) => {
    const file = join(folder, String(i));
    writeFileSync(file, launcherOf(plan, 'x86-64'), { mode: 0o755 });
    writeFileSync(`${file}.in`, inputFor([{ call: 'umask', args: [0] }, ...calls.map(askedOf)]));
    return `${before.map((command) => `${command} && `).join('')}cd '${cwd}' && ${file} ${runnerFile()} <${file}.in >${file}.out 2>${file}.err; echo $?`;
  });
  const shell = spawnSync('/bin/sh', ['-c', script.join('\n')]);
  const statuses = shell.stdout.toString().trim().split('\n').map(Number);
  return jobs.map(({ calls }, i) => {
    const file = join(folder, String(i));
    const answers = answersIn(readFileSync(`${file}.out`));
    if (answers.length === 0)
      throw new Error(`the launcher ended with ${statuses[i]}: ${readFileSync(`${file}.err`, 'utf8')}`);
    return resultsOf(calls, answers.slice(1), statuses[i]);
  });
}

/** Returns the call as the runner takes it. Memory that a call fills has 4096 bytes. */
function askedOf({ name, args }: RawCall): AskedCall {
  return { call: name, args: args.map((a) => (typeof a === 'object' ? buffer(4096) : a)) };
}

/** Returns the results as text. A call that starts another program is the last: it has no answer. */
function resultsOf(
  calls: readonly RawCall[],
  answers: readonly Answer[],
  status: number | undefined,
): string[] {
  const results = answers.map((a) => ('errno' in a ? a.errno : String(a.value)));
  const next = calls[results.length];
  if (next?.name === 'execve' && status === 0) results.push('0');
  return results;
}
