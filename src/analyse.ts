/**
 * The passes that need no target: what `llpc check` does, and an editor after each keystroke. Apart from `compile.ts` so that
 * checking does not load the code generator and the engine.
 */
import type { NamedSource } from './diagnostics/types.js';
import { report } from './diagnostics/catalogue.js';
import { sortDiagnostics } from './diagnostics/sort.js';
import type { Diagnostic } from './diagnostics/types.js';
import { buildHierarchy } from './ir/hierarchy/build-hierarchy.js';
import { placePath, type Place } from './ir/hierarchy/places.js';
import { check } from './ir/check/check.js';
import { checkAssertions } from './ir/analysis/check-assertions.js';
import { checkGains, type ReportedGain } from './ir/analysis/check-gains.js';
import { checkPlaces } from './ir/analysis/check-places.js';
import type { HierarchyAutomaton } from './ir/hierarchy/automaton.js';
import type { Linked } from './parser/linked.js';
import type { ChainPlan } from './codegen/v8/plan.js';
import type { CheckedPolicy, Layer } from './ir/check/policy.js';
import { link, type Importer, type SourceInput } from './parser/link.js';
import type { PolicyFile } from './parser/ast.js';
import { stdImporter } from './parser/std.js';

export interface CompileOptions {
  /** Values for parameters, by name. */
  readonly defines?: Readonly<Record<string, string>>;
  /** Finds imported files; without it only `std/…` is found. */
  readonly importer?: Importer;
  /** Told what is done next, for those who wait. */
  readonly progress?: (what: string) => void;
}

/** What each pass made, as far as it got: what `--emit` shows. */
export interface Stages {
  readonly files: readonly PolicyFile[];
  readonly policy?: CheckedPolicy;
  /** One per layer. */
  readonly hierarchies?: readonly HierarchyAutomaton[];
  /** Moves that gain rights and are not accepted. `confirmGains` runs them. */
  readonly gains?: readonly ReportedGain[];
  readonly plan?: ChainPlan;
}

/** The passes that need no target: what `llpc check` does. */
export function checkSources(inputs: readonly SourceInput[], options: CompileOptions = {}): Checked {
  const { policy, layers, gains, linked, sources, diagnostics } = analyse(inputs, options);
  const files = linked.files.map((f) => f.file);
  const hierarchies = layers.map((l) => l.automaton);
  const stages: Stages = policy === undefined ? { files } : { files, policy, hierarchies, gains };
  return { policy, hierarchies, sources, diagnostics, stages };
}

/** The same with all that was found on the way: what an editor asks about after each keystroke. */
export function analyse(inputs: readonly SourceInput[], options: CompileOptions = {}): Analysed {
  const { linked, sources, diagnostics } = link(inputs, withStd(options.importer));
  const meaning = check(linked, options.defines ?? {});
  const policy = meaning.value;
  const found = [...diagnostics, ...meaning.diagnostics];
  const layers: AnalysedLayer[] = [];
  for (const layer of policy?.layers ?? []) {
    options.progress?.(`deciding "${layer.name}"`);
    const hierarchy = buildHierarchy(layer);
    if (hierarchy.kind === 'ok') {
      layers.push({ layer, automaton: hierarchy.automaton, places: hierarchy.places });
      found.push(...checkPlaces(layer, hierarchy.places));
    } else {
      found.push(tooLarge(layer, hierarchy.place));
    }
  }
  const gains: ReportedGain[] = [];
  if (policy !== undefined && !hasError(found)) {
    options.progress?.('deciding assertions and moves');
    const hierarchies = layers.map((l) => l.automaton);
    found.push(...checkAssertions(policy, hierarchies));
    const moves = checkGains(policy, hierarchies);
    gains.push(...moves.gains);
    found.push(...moves.others, ...gains.map((g) => g.diagnostic));
  }
  return { policy, layers, gains, linked, sources, diagnostics: sortDiagnostics(found) };
}

export interface Analysed {
  readonly policy: CheckedPolicy | undefined;
  /** Those whose globs could be decided. */
  readonly layers: readonly AnalysedLayer[];
  /** Moves that gain rights and are not accepted. */
  readonly gains: readonly ReportedGain[];
  readonly linked: Linked;
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface AnalysedLayer {
  readonly layer: Layer;
  readonly automaton: HierarchyAutomaton;
  /** Every object that scopes name, from the root down. */
  readonly places: readonly Place[];
}

export interface Checked {
  readonly policy: CheckedPolicy | undefined;
  readonly hierarchies: readonly HierarchyAutomaton[];
  readonly sources: readonly NamedSource[];
  readonly diagnostics: readonly Diagnostic[];
  readonly stages: Stages;
}

function withStd(importer: Importer | undefined): Importer {
  return (name) => {
    if (name.startsWith('std/')) return stdImporter(name);
    return importer?.(name) ?? { kind: 'missing', why: 'only `std/…` can be imported here' };
  };
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

function tooLarge(layer: Layer, place: Place): Diagnostic {
  const span = place.dirs[0]?.spans[0] ?? place.files[0]?.spans[0] ?? layer.span;
  return report('LLP4001', { path: placePath(place) }, { span });
}
