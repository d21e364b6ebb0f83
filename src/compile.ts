/**
 * The passes, in the order of the picture in ARCHITECTURE.md. Text goes in at the top, an artifact comes out at the
 * bottom, and nothing flows back up.
 */
import type { Artifact } from './artifact/manifest.js';
import { checkSources, hasError, type Checked, type CompileOptions, type Stages } from './analyse.js';
import { verifySet } from './bpf/verify/verify.js';
import { emitChain } from './codegen/v8/emit.js';
import { buildArtifact, type EmittedChain } from './codegen/v8/manifest.js';
import { proveChain } from './codegen/v8/prove.js';
import { report } from './diagnostics/catalogue.js';
import { sortDiagnostics } from './diagnostics/sort.js';
import type { Diagnostic, NamedSource } from './diagnostics/types.js';
import type { HierarchyAutomaton } from './ir/hierarchy/automaton.js';
import { type MachineState } from './semantics/machine.js';
import { buildPlan, type Chain, type ChainPlan } from './codegen/v8/plan.js';
import type { SourceInput } from './parser/link.js';

export interface CompileResult {
  /** Absent when there is an error among the diagnostics. */
  readonly artifact: Artifact | undefined;
  /** Sorted by place. Warnings come with an artifact. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
  readonly stages: Stages;
}

/** Compiles one text, or several files as layers. Never throws for bad input. */
export function compile(input: string | readonly SourceInput[], options: CompileOptions = {}): CompileResult {
  const inputs = typeof input === 'string' ? [{ name: 'policy.llp', text: input }] : input;
  const checked = checkSources(inputs, options);
  if (checked.policy === undefined || hasError(checked.diagnostics)) return withoutArtifact(checked);
  const plan = buildPlan(checked.policy);
  const stages = { ...checked.stages, plan };
  const { chains, diagnostics } = generate(plan, checked.hierarchies, options.progress);
  const all = [...checked.diagnostics, ...diagnostics];
  if (hasError(all)) return withoutArtifact({ ...checked, diagnostics: all, stages });
  const artifact = buildArtifact(plan, chains, checked.sources, checked.policy);
  return { artifact, diagnostics: all, sources: checked.sources, stages };
}

function withoutArtifact({ diagnostics, sources, stages }: Checked): CompileResult {
  return { artifact: undefined, diagnostics: sortDiagnostics(diagnostics), sources, stages };
}

/** Bytes for every chain, verified and proved. */
function generate(
  plan: ChainPlan,
  hierarchies: readonly HierarchyAutomaton[],
  progress: CompileOptions['progress'],
): { readonly chains: readonly EmittedChain[]; readonly diagnostics: readonly Diagnostic[] } {
  const out: Diagnostic[] = [];
  const layers = [...new Set(plan.chains.map((c) => c.layer))];
  const chains = plan.chains.map((chain): EmittedChain => {
    progress?.(`proving the chain of "${chain.layer.name}"`);
    const programs = emitChain(chain);
    const proof = proveChain(chain, programs, machineStates(chain, hierarchies[layers.indexOf(chain.layer)]));
    if (proof.kind === 'proved') return { chain, programs, certificate: proof.certificate };
    out.push(report('LLP4002', { program: proof.program, reason: proof.reason }, { span: chain.layer.span }));
    return { chain, programs, certificate: null };
  });
  const sizes = chains.map((c) => c.programs.map((p) => ({ name: p.plan.name, size: p.bytes.length })));
  for (const message of verifySet(sizes)) out.push(report('LLP4003', { reason: message }, {}));
  return { chains, diagnostics: out };
}

/** The places of the hierarchy as the machine sees them: one bit a class. */
export function machineStates(chain: Chain, automaton: HierarchyAutomaton | undefined): MachineState[] {
  const bits = chain.classes.flatMap(({ actions, decision }) =>
    decision.kind === 'bit' ? [{ action: actions, bit: decision.bit }] : [],
  );
  const project = (mask: number): number =>
    bits.reduce((sum, { action, bit }) => ((mask & action) === action ? sum | (1 << bit) : sum), 0);
  const states = new Map<string, MachineState>();
  for (const { dir, file, below } of automaton?.states ?? []) {
    for (const object of dir === file ? [dir] : [dir, file]) {
      const state = { self: project(object), below: project(below), exact: true };
      states.set(`${state.self},${state.below}`, state);
    }
  }
  return [...states.values()];
}
