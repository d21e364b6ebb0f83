/**
 * The table of all passes, in the order of the picture in ARCHITECTURE.md. Text goes in at the top, an artifact comes out
 * at the bottom, and nothing flows back up. A build runs the whole table, `llpc check` and an editor run its first part.
 *
 * This file imports no target: the caller gives a `Target`, so that checking loads neither a code generator nor an engine.
 */
import { NEWEST_MACHINE, type Machine } from './artifact/enforcement-plan.js';
import type { Gap } from './artifact/gap.js';
import { DEFAULT_TARGET, type Artifact, type TargetName } from './artifact/manifest.js';
import { LIMITS } from './codegen/limits.js';
import type { StageName, Target, TargetStage } from './codegen/target.js';
import { defined } from './base/assert.js';
import { report } from './diagnostics/catalogue.js';
import { sortDiagnostics } from './diagnostics/sort.js';
import type { Diagnostic, NamedSource } from './diagnostics/types.js';
import { checkAssertions } from './ir/analysis/check-assertions.js';
import { checkGains, type ReportedGain } from './ir/analysis/check-gains.js';
import { checkGaps } from './ir/analysis/check-gaps.js';
import { checkPlaces } from './ir/analysis/check-places.js';
import { check } from './ir/check/check.js';
import type { CheckedPolicy, Layer } from './ir/check/policy.js';
import { printPolicy } from './ir/check/print.js';
import type { HierarchyAutomaton } from './ir/hierarchy/automaton.js';
import { buildHierarchy } from './ir/hierarchy/build-hierarchy.js';
import { placePath, type Place } from './ir/hierarchy/places.js';
import { printHierarchy } from './ir/hierarchy/print.js';
import type { PolicyFile } from './parser/ast.js';
import { link, type Importer, type SourceInput } from './parser/link.js';
import type { Linked } from './parser/linked.js';
import { printAst } from './parser/print.js';
import { stdImporter } from './parser/std.js';

export interface CompileOptions {
  /** Values for parameters, by name. */
  readonly defines?: Readonly<Record<string, string>>;
  /** Finds imported files. Without it, only `std/…` can be imported. */
  readonly importer?: Importer;
  /** The target of the artifact; Landlock v8 when absent. */
  readonly target?: TargetName;
  /** The machine whose gaps are reported; one that has all that llpc knows when absent. */
  readonly machine?: Machine;
  /** False to leave out the gaps on the policy's own tree: the caller decides them on another tree. */
  readonly gaps?: boolean;
  /** Whether a gap that stops what the policy allows is an error. */
  readonly exact?: boolean;
  /** Called before each long step with its description, so that a user who waits can see it. */
  readonly progress?: (what: string) => void;
}

/** The results of the passes so far. A pass adds results and changes none. */
interface Build {
  readonly inputs: readonly SourceInput[];
  readonly options: CompileOptions;
  /** Absent when only the policy is checked. */
  readonly target?: Target;
  readonly linked: Linked;
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
  readonly policy?: CheckedPolicy;
  readonly layers: readonly AnalysedLayer[];
  readonly gains: readonly ReportedGain[];
  /** What the target does not enforce as the policy has it. */
  readonly gaps: readonly Gap[];
  /** The target defines the types of `plan` and `code`; only its functions read them. */
  readonly plan?: unknown;
  readonly code?: unknown;
  readonly artifact?: Artifact;
}

/** A layer, its automaton and its places. */
export interface AnalysedLayer {
  readonly layer: Layer;
  readonly automaton: HierarchyAutomaton;
  /** The objects that scopes name, from the root down. */
  readonly places: readonly Place[];
}

/** One row of the table. */
interface Pass {
  readonly name: string;
  /** Why it stands where it does. */
  readonly why: string;
  /** `clean`: the pass runs only if there is no error yet. `policy`: it runs whenever there is a policy, even after errors. */
  readonly needs?: 'clean' | 'policy';
  /** Returns the results that the pass adds. Its `diagnostics` are appended to those of earlier passes. */
  readonly run: (build: Build) => Partial<Build>;
  /** The text that `--emit` shows of the pass's result, by the name of the stage; undefined when there is no result. */
  readonly shows?: Readonly<Record<string, (build: Build) => string | undefined>>;
}

/** The passes that need no target, first to last. */
const CHECK_PASSES: readonly Pass[] = [
  {
    name: 'link',
    why: 'first: everything else reads syntax trees, and imports are found while they are parsed',
    run: ({ inputs, options }) => link(inputs, withStd(options.importer)),
    shows: { ast: ({ linked }) => linked.files.map((f) => printAst(f.file)).join('') },
  },
  {
    name: 'check',
    why: 'names, sets and paths mean something only when all files are known',
    run: ({ linked, options }) => {
      const { value, diagnostics } = check(linked, options.defines ?? {});
      return { diagnostics, ...(value && { policy: value }) };
    },
    shows: { policy: ({ policy }) => policy && printPolicy(policy) },
  },
  {
    name: 'limits',
    why: 'what the target cannot take is said before anything is decided for long',
    needs: 'policy',
    run: ({ policy, options, target }) => ({
      diagnostics:
        policy === undefined ? [] : (target?.limits ?? LIMITS[options.target ?? DEFAULT_TARGET])(policy),
    }),
  },
  {
    name: 'buildHierarchy',
    why: 'every decision from here on is made on the automaton, and on the places that it was made of',
    needs: 'policy',
    run: buildHierarchies,
    shows: {
      hierarchy: ({ policy, layers }) => policy && layers.map((l) => printHierarchy(l.automaton)).join(''),
    },
  },
  {
    name: 'checkPlaces',
    why: 'conflicts come first: where scopes contradict each other there is no meaning to assert anything of',
    needs: 'policy',
    run: ({ layers }) => ({ diagnostics: layers.flatMap((l) => checkPlaces(l.layer, l.places)) }),
  },
  {
    name: 'checkClaims',
    why: 'last: assertions and moves are about a policy that means something, so nothing before may be wrong',
    needs: 'clean',
    run: checkClaims,
  },
];

/** The passes that a target adds, first to last. */
const TARGET_PASSES: readonly Pass[] = [
  {
    name: 'gaps',
    why: 'what the target cannot hold is said before anything is made for it',
    needs: 'clean',
    run: made(({ target, policy, hierarchies, options }) => {
      const { machine = NEWEST_MACHINE, exact = false } = options;
      if (options.gaps === false) return {};
      return checkGaps(target.gaps({ policy, hierarchies }, machine), policy, { target: target.name, exact });
    }),
  },
  {
    name: 'plan',
    why: 'what each part of the artifact decides, before there is any instruction',
    needs: 'clean',
    run: made(({ target, policy, hierarchies, options }) => ({
      plan: target.plan({ policy, hierarchies }, options.machine ?? NEWEST_MACHINE),
    })),
    shows: { plan: shown('plan') },
  },
  {
    name: 'emit',
    why: 'the plan is complete: each part of it is generated by itself',
    needs: 'clean',
    run: made(({ target, plan }) => target.emit(plan)),
    shows: { blocks: shown('blocks'), optimised: shown('optimised'), asm: shown('asm') },
  },
  {
    name: 'artifact',
    why: 'what is written down is all that loads: it has the bytes, and what the loader must know of them',
    needs: 'clean',
    run: made(({ target, policy, hierarchies, sources, plan, code }) => ({
      artifact: target.artifact({ policy, hierarchies, sources, plan, code }),
    })),
    shows: { manifest: shown('manifest') },
  },
  {
    name: 'prove',
    why: 'last: it reads the artifact back from its bytes, so no pass comes after it that could be wrong',
    needs: 'clean',
    run: made(({ target, policy, hierarchies, artifact, options }) => {
      options.progress?.('proving the artifact');
      return target.prove(defined(artifact, 'the pass before made it'), { policy, hierarchies });
    }),
  },
];

/** Every pass of a build, in order. */
export const PASSES: readonly Pass[] = [...CHECK_PASSES, ...TARGET_PASSES];

/** The results of the passes that ran. */
export interface Stages {
  readonly files: readonly PolicyFile[];
  readonly policy?: CheckedPolicy;
  /** One per layer. */
  readonly hierarchies?: readonly HierarchyAutomaton[];
  /** Moves that gain rights and are not accepted. `confirmGains` runs them. */
  readonly gains?: readonly ReportedGain[];
  /** What the target does not enforce as the policy has it; accepted gaps too. Empty when only the policy was checked. */
  readonly gaps?: readonly Gap[];
  /** Returns the text that `--emit` shows of a stage; undefined if the compilation stopped before it. */
  readonly show: (stage: StageName) => string | undefined;
}

/** The stages of a result for which no pass ran. */
export const NO_STAGES: Stages = { files: [], show: () => undefined };

export interface CompileResult {
  /** Absent when there is an error among the diagnostics. */
  readonly artifact: Artifact | undefined;
  /** Sorted by place. Warnings come with an artifact. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
  readonly stages: Stages;
}

/** Compiles one text, or several files as layers, for the target that `options` name. Never throws for bad input. */
export function compileFor(
  target: Target,
  input: string | readonly SourceInput[],
  options: CompileOptions = {},
): CompileResult {
  const inputs = typeof input === 'string' ? [{ name: 'policy.llp', text: input }] : input;
  const build = runPasses(PASSES, inputs, { ...options, target: target.name }, target);
  const { sources } = build;
  const diagnostics = sortDiagnostics(build.diagnostics);
  const artifact = hasError(diagnostics) ? undefined : build.artifact;
  return { artifact, diagnostics, sources, stages: stagesOf(build) };
}

export interface Checked {
  readonly policy: CheckedPolicy | undefined;
  readonly hierarchies: readonly HierarchyAutomaton[];
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
  readonly stages: Stages;
}

/** Runs the passes that need no target. `llpc check` calls it. */
export function checkSources(inputs: readonly SourceInput[], options: CompileOptions = {}): Checked {
  const build = runPasses(CHECK_PASSES, inputs, options);
  const { policy, sources } = build;
  const diagnostics = sortDiagnostics(build.diagnostics);
  return { policy, hierarchies: automataOf(build.layers), sources, diagnostics, stages: stagesOf(build) };
}

export interface Analysed {
  readonly policy: CheckedPolicy | undefined;
  /** The layers whose automaton could be built; a layer whose globs overlap too much is left out. */
  readonly layers: readonly AnalysedLayer[];
  /** Moves that gain rights and are not accepted. */
  readonly gains: readonly ReportedGain[];
  readonly linked: Linked;
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs the same passes as `checkSources` and returns all their results. Editors call it after each keystroke. */
export function analyse(inputs: readonly SourceInput[], options: CompileOptions = {}): Analysed {
  const { policy, layers, gains, linked, sources, diagnostics } = runPasses(CHECK_PASSES, inputs, options);
  return { policy, layers, gains, linked, sources, diagnostics: sortDiagnostics(diagnostics) };
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

function runPasses(
  passes: readonly Pass[],
  inputs: readonly SourceInput[],
  options: CompileOptions,
  target?: Target,
): Build {
  const start: Build = {
    inputs,
    options,
    ...(target && { target }),
    linked: { files: [], entries: [] },
    sources: [],
    diagnostics: [],
    layers: [],
    gains: [],
    gaps: [],
  };
  return passes.reduce((build, { needs, run }) => {
    if (needs !== undefined && build.policy === undefined) return build;
    if (needs === 'clean' && hasError(build.diagnostics)) return build;
    const added = run(build);
    return { ...build, ...added, diagnostics: [...build.diagnostics, ...(added.diagnostics ?? [])] };
  }, start);
}

function stagesOf(build: Build): Stages {
  const files = build.linked.files.map((f) => f.file);
  const show = (stage: StageName): string | undefined => {
    for (const { shows } of PASSES) if (shows?.[stage] !== undefined) return shows[stage](build);
    return undefined;
  };
  const { policy, gains, gaps } = build;
  return policy === undefined
    ? { files, show }
    : { files, policy, hierarchies: automataOf(build.layers), gains, gaps, show };
}

/** Returns a function that prints a stage of the target. */
function shown(stage: TargetStage): (build: Build) => string | undefined {
  return ({ target, plan, code, artifact }) => target?.show(stage, { plan, code, artifact });
}

function automataOf(layers: readonly AnalysedLayer[]): HierarchyAutomaton[] {
  return layers.map((l) => l.automaton);
}

function withStd(importer: Importer | undefined): Importer {
  return (name) => {
    if (name.startsWith('std/')) return stdImporter(name);
    return importer?.(name) ?? { kind: 'missing', why: 'only `std/…` can be imported here' };
  };
}

function buildHierarchies({ policy, options }: Build): Partial<Build> {
  const layers: AnalysedLayer[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const layer of policy?.layers ?? []) {
    options.progress?.(`deciding "${layer.name}"`);
    const hierarchy = buildHierarchy(layer);
    if (hierarchy.kind === 'ok') layers.push({ layer, ...hierarchy });
    else diagnostics.push(tooLarge(layer, hierarchy.place));
  }
  return { layers, diagnostics };
}

function tooLarge(layer: Layer, place: Place): Diagnostic {
  const span = place.dirs[0]?.spans[0] ?? place.files[0]?.spans[0] ?? layer.span;
  return report('LLP4001', { path: placePath(place) }, { span });
}

function checkClaims({ policy, layers, options }: Build): Partial<Build> {
  if (policy === undefined) return {};
  options.progress?.('deciding assertions and moves');
  const broken = checkAssertions(policy, automataOf(layers));
  const { gains, others } = checkGains(policy, automataOf(layers));
  return { gains, diagnostics: [...broken, ...others, ...gains.map((g) => g.diagnostic)] };
}

/** A build that has a target and a policy without errors: the input of the target's passes. */
interface TargetBuild extends Build {
  readonly target: Target;
  readonly policy: CheckedPolicy;
  /** One per layer. */
  readonly hierarchies: readonly HierarchyAutomaton[];
}

/** Returns the `run` of a target's pass: it takes target, policy and automata out of the build. */
function made(run: (build: TargetBuild) => Partial<Build>): Pass['run'] {
  return (build) => {
    const target = defined(build.target, 'the passes of a target are run for one');
    const policy = defined(build.policy, 'the pass is not run without a policy');
    return run({ ...build, target, policy, hierarchies: automataOf(build.layers) });
  };
}
