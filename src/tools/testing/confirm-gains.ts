/**
 * Confirms moves that gain rights by running them: compiles the chains of the layers, enforces them on a modelled task, and
 * makes requests on the object before and after the move.
 *
 * Input: a checked compilation. Output: its diagnostics; those of moves get a note with the result of the run. The automaton
 * has already decided, so a run with another result is a fault of llpc, and the note says so. This is not a pass of
 * `compile.ts`, so that checking a policy without such a move does not load the engine.
 */
import { actionNames, actionsAskedOf, difference, intersection, type ActionMask } from '../../abi/actions.js';
import type { Stages } from '../../compile.js';
import type { Artifact } from '../../artifact/manifest.js';
import { emitChain } from '../../codegen/v8/emit.js';
import { buildArtifact } from '../../codegen/v8/manifest.js';
import type { Diagnostic, NamedSource, Note } from '../../diagnostics/types.js';
import type { ReportedGain } from '../../ir/analysis/check-gains.js';
import { callText, objectIn } from '../../ir/analysis/check-gains.js';
import type { Gain, Region } from '../../ir/analysis/gains.js';
import { buildPlan } from '../../codegen/v8/plan.js';
import type { CheckedPolicy, Layer } from '../../ir/check/policy.js';
import { pathText } from '../../ir/hierarchy/spots.js';
import { literalNames } from '../../semantics/pattern.js';
import { addToTree } from '../../runtime/kernel/build-tree.js';
import { resolve } from '../../runtime/kernel/resolve.js';
import { link, rename } from '../../runtime/kernel/syscalls/index.js';
import { removeEntry, Vfs } from '../../runtime/kernel/vfs.js';
import { loadPolicy, type LoadedPolicy } from '../../runtime/load.js';
import { addMissing, addRequired } from './test-tree.js';

interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
  readonly stages: Stages;
}

/** Returns the diagnostics, with a note on the run of each move. */
export function confirmGains({ diagnostics, sources, stages }: Compiled): readonly Diagnostic[] {
  const { policy, gains = [] } = stages;
  if (policy === undefined || gains.length === 0) return diagnostics;
  const shown = new Map<Diagnostic, Diagnostic>();
  for (const layers of new Set(gains.map((g) => g.layers))) {
    const own = gains.filter((g) => g.layers === layers);
    const runs = replayGains(
      { ...policy, layers },
      sources,
      own.map((g) => g.gain),
    );
    own.forEach((g, i) => shown.set(g.diagnostic, withRun(g, runs[i] ?? 'not-run')));
  }
  return diagnostics.map((d) => shown.get(d) ?? d);
}

/** The result of a run. `not-run`: the policy does not load on a tree with both regions, because its layers require different kinds. */
export type GainRun = 'confirmed' | 'refuted' | 'not-run';

const SHOWN: Readonly<Record<GainRun, string>> = {
  confirmed: 'run and confirmed: denied before, allowed after',
  refuted: 'a run of it did not show this, which is a bug in llpc',
  'not-run': 'not run, as no tree that the policy can be loaded on has both',
};

function withRun({ gain, diagnostic }: ReportedGain, run: GainRun): Diagnostic {
  const [call, ...notes] = diagnostic.notes;
  const note: Note = { ...call, message: `${callText(gain)}: ${SHOWN[run]}` };
  return { ...diagnostic, notes: [note, ...notes] };
}

/** Runs each gain and returns the results. All runs share one load of the policy. */
export function replayGains(
  policy: CheckedPolicy,
  sources: readonly NamedSource[],
  gains: readonly Gain[],
): GainRun[] {
  const vfs = new Vfs();
  const artifact = artifactOf(policy, sources);
  addRequired(vfs, artifact.manifest);
  const directories = gains.flatMap(({ from, to }) => [from, to]);
  for (const { directory } of directories) {
    const later = directory.findIndex((s) => s.appears);
    makeDirectory(vfs, pathText(later < 0 ? directory : directory.slice(0, later)));
  }
  addEnclosed(vfs, policy.layers);
  const loaded = loadPolicy(artifact, vfs);
  if (loaded.kind === 'refused') return gains.map(() => 'not-run');
  for (const { directory } of directories) makeDirectory(vfs, pathText(directory));
  return gains.map((gain) => (replay(loaded.value, gain) ? 'confirmed' : 'refuted'));
}

/** Returns the artifact of a policy, without the proof of a build. */
function artifactOf(policy: CheckedPolicy, sources: readonly NamedSource[]): Artifact {
  const plan = buildPlan(policy);
  const chains = plan.chains.map((chain) => ({ chain, programs: emitChain(chain) }));
  // Assertions are left out, because the run must show what the rules do.
  return buildArtifact(plan, chains, sources, { assertions: [], gainAssertions: [], unenforced: [] });
}

function makeDirectory(vfs: Vfs, path: string): void {
  if (path !== '/') addMissing(vfs, '', path.slice(1), true);
}

/** Adds the objects that are required because the object of an enclosing optional scope now exists. */
function addEnclosed(vfs: Vfs, layers: readonly Layer[]): void {
  for (const { path, object, optional, within } of layers.flatMap((l) => l.scopes)) {
    const names = literalNames(path);
    if (optional || within === 0 || names === undefined) continue;
    const around = '/' + names.slice(0, within).join('/');
    if (resolve(vfs, around, true).ok) addMissing(vfs, '', names.join('/'), object === 'dir');
  }
}

/** Returns whether a run confirms the gain: with a file for the actions that calls ask of files, with a directory for the rest. */
function replay(policy: LoadedPolicy, gain: Gain): boolean {
  const onFile = intersection(gain.gained, actionsAskedOf('file'));
  const onDirectory = difference(gain.gained, actionsAskedOf('file'));
  return move(policy, gain, 'file', onFile) && move(policy, gain, 'dir', onDirectory);
}

/** Returns whether each action is denied before the call and allowed after it. The object is created after load. */
function move(policy: LoadedPolicy, gain: Gain, kind: 'file' | 'dir', actions: ActionMask): boolean {
  if (actions === 0) return true;
  const { task, kernel } = policy;
  const at = (region: Region): string => pathText(objectIn(gain, region));
  const [old, target] = [at(gain.from), at(gain.to)];
  if (addToTree(kernel.vfs, { kind, path: old }) !== undefined) return false;
  const verdicts = (path: string): string[] =>
    actionNames(actions).map((a) => policy.decide(a, path).verdict);
  const before = verdicts(old);
  const moved = (gain.call === 'rename' ? rename : link)(task, old, target);
  const after = verdicts(target);
  for (const path of [old, target]) removeAt(kernel.vfs, path);
  return before.every((v) => v === 'deny') && moved.ok && after.every((v) => v === 'allow');
}

function removeAt(vfs: Vfs, path: string): void {
  const cut = path.lastIndexOf('/');
  const directory = resolve(vfs, path.slice(0, cut) || '/', false);
  const name = path.slice(cut + 1);
  if (directory.ok && directory.location.inode.entries?.has(name) === true)
    removeEntry(vfs, directory.location.inode, name);
}
