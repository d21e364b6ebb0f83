/** Launchers in tests: plans by paths, what this machine can do, and commands under a launcher. */
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LANDLOCK_RIGHTS, NEWEST_LANDLOCK_ABI, type LandlockRight } from '../../src/abi/landlock.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
  type MaskKind,
  type PlanFilter,
  type PlanObject,
} from '../../src/artifact/enforcement-plan.js';
import { launcherOf, type Architecture } from '../../src/codegen/linux/launcher/index.js';
import { runCalls } from './call-runner.js';

export const ALL_RIGHTS: readonly LandlockRight[] = LANDLOCK_RIGHTS.map((right) => right.name);
/** What a program needs that only reads. */
export const READING: readonly LandlockRight[] = ['execute', 'read_file', 'read_dir'];

/** A plan by the paths of its objects. */
export interface PlanByPaths {
  /** One ruleset for each: path and rights of each rule. */
  readonly rules?: readonly (readonly (readonly [path: string, rights: readonly LandlockRight[]])[])[];
  readonly masks?: readonly (readonly [path: string, ...kinds: MaskKind[]])[];
  readonly filter?: PlanFilter;
  readonly leastAbi?: number;
  readonly handled?: readonly LandlockRight[];
  /** The paths are resolved at the start. */
  readonly portable?: boolean;
  /** Objects that may be absent, in a portable plan. */
  readonly optional?: readonly string[];
}

/** Makes a plan from paths that exist. */
export function planByPaths(of: PlanByPaths): EnforcementPlan {
  const paths = [
    ...new Set([...(of.rules ?? []).flat().map(([path]) => path), ...(of.masks ?? []).map(([path]) => path)]),
  ].sort();
  const handled = of.handled ?? ALL_RIGHTS;
  return {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    policy: 'test',
    machine: { abi: NEWEST_LANDLOCK_ABI, masks: true },
    leastAbi: of.leastAbi ?? (of.rules === undefined ? 0 : 1),
    objects: paths.map((path) => objectAt(path, of)),
    masks: (of.masks ?? []).map(([path, ...kinds]) => ({ object: paths.indexOf(path), kinds })),
    rulesets: (of.rules ?? []).map((rules, i) => ({
      layer: `layer${i}`,
      handled,
      rules: rules.map(([path, rights]) => ({ object: paths.indexOf(path), rights })),
    })),
    ...(of.filter === undefined ? {} : { filter: of.filter }),
  };
}

function objectAt(path: string, { portable, optional }: PlanByPaths): PlanObject {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  const kind = status?.isDirectory() === true ? 'dir' : 'file';
  if (portable === true) return { path, kind, identity: null, optional: optional?.includes(path) ?? false };
  if (status === undefined) throw new Error(`${path} does not exist`);
  const birth = status.birthtimeNs === 0n ? null : String(status.birthtimeNs);
  return { path, kind, identity: { device: String(status.dev), inode: String(status.ino), birth } };
}

export interface Launched {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LaunchOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The user and group of the launcher, with no other groups. */
  readonly user?: number;
  readonly stdio?: SpawnSyncOptions['stdio'];
  /** A command before the launcher, such as strace. */
  readonly before?: readonly string[];
}

/** Makes a file of the launcher of a plan. The temporary folder of the tests is removed with it. */
export function launcherFile(plan: EnforcementPlan, architecture: Architecture = 'x86-64'): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'launcher-'));
  spawnSync('chmod', ['755', folder]);
  const file = join(folder, 'sandbox');
  writeFileSync(file, launcherOf(plan, architecture), { mode: 0o755 });
  return file;
}

/** Runs a command under a plan. */
export function launch(
  plan: EnforcementPlan,
  command: readonly string[],
  options: LaunchOptions = {},
): Launched {
  const file = launcherFile(plan);
  try {
    return launchFile(file, command, options);
  } finally {
    rmSync(join(file, '..'), { recursive: true });
  }
}

export function launchFile(file: string, command: readonly string[], options: LaunchOptions = {}): Launched {
  const { user, before = [], ...others } = options;
  const asUser =
    user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  const [program = '', ...args] = [...asUser, ...before, file, ...command];
  const run = spawnSync(program, args, { encoding: 'utf8', ...others });
  if (run.error !== undefined) throw run.error;
  const { status, signal, stdout, stderr } = run;
  return { status, signal, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') };
}

const here = platform() === 'linux' && arch() === 'x64';

/** The Landlock ABI of this kernel; 0 without Landlock. */
export const LANDLOCK_ABI = here ? abiOfKernel() : 0;

function abiOfKernel(): number {
  const { answers } = runCalls([], [{ call: 'landlock_create_ruleset', args: [0, 0, 1] }]);
  const [answer] = answers;
  return answer !== undefined && 'value' in answer ? answer.value : 0;
}

/** Returns whether launchers can run here, and says so where they cannot. */
export function canLaunch(): boolean {
  if (LANDLOCK_ABI === 0) process.stderr.write('skipped, since there is no Landlock on x86-64 here\n');
  return LANDLOCK_ABI > 0;
}

/** Returns whether masks can be laid here, as this user. */
export function canMask(): boolean {
  const able =
    canLaunch() && launch(planByPaths({ masks: [[realpathSync(tmpdir()), 'pin']] }), ['true']).status === 0;
  if (!able) process.stderr.write('skipped, since masks cannot be laid here\n');
  return able;
}

export const isRoot = process.getuid?.() === 0;
