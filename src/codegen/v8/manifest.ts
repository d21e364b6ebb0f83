/**
 * Plan and bytes → the artifact. Deterministic: lists are in plan order and keys in the order of the type; it has no time
 * stamp and no path of the machine that builds it.
 */
import { createHash } from 'node:crypto';
import {
  NO_ACTIONS,
  actionNames,
  type ActionMask,
  type ActionName,
  type TriggerName,
} from '../../abi/actions.js';
import {
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type Artifact,
  type InodeMap,
  type LoadStep,
  type Manifest,
  type ManifestAssertion,
  type ManifestChain,
  type ManifestClass,
  type ManifestEffects,
  type ManifestProgram,
  type ManifestSpan,
  type MapEntry,
  type TargetName,
} from '../../artifact/manifest.js';
import type { Origin } from '../../bpf/types.js';
import type { NamedSource, Span } from '../../diagnostics/types.js';
import { positionAt } from '../../diagnostics/lines.js';
import type { ActionClass } from './partition.js';
import { patternText } from '../../ir/check/paths.js';
import type { Emitted, EmittedChain } from './emit.js';
import { mapName, type PlannedChain, type ChainPlan, type ProgramPlan } from './plan.js';
import type { CheckedPolicy, Layer, Scope } from '../../ir/check/policy.js';
import type { Effects } from '../../semantics/scope.js';
import { defined } from '../../base/assert.js';

export function buildArtifact(
  plan: ChainPlan,
  chains: readonly EmittedChain[],
  sources: readonly NamedSource[],
  claims: Pick<CheckedPolicy, 'assertions' | 'gainAssertions' | 'unenforced'>,
  target: TargetName = 'landlock-v8',
): Artifact {
  const at = (span: Span): ManifestSpan => manifestSpan(span, sources);
  // A map that no program reads is written too: the loader checks that the objects of its entries exist.
  const maps = chains.map((c) => inodeMap(c.chain, at));
  const programs = chains.flatMap((c) => c.programs.map((p, i) => program(p, c.programs[i - 1], at)));
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    policy: defined(plan.chains[0], 'a plan has a chain').layer.name,
    target,
    sources: sources.map((s) => ({ name: s.id, sha256: sha256(s.text) })),
    programs,
    maps,
    chains: chains.map((c): ManifestChain => ({
      name: c.chain.layer.name,
      programs: c.programs.map((p) => p.plan.name),
      certificate: null,
    })),
    load: loadSteps(chains, maps),
    ...assertionsOf(plan, claims, at),
    ...unenforcedOf(plan, claims, target),
  };
  const bytecode = new Map(
    chains.flatMap((c) => c.programs.map((p) => [bytecodeFile(p.plan), p.bytes] as const)),
  );
  return { manifest, bytecode };
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function bytecodeFile(plan: ProgramPlan): string {
  return `${plan.name}.bpf`;
}

function manifestSpan(span: Span, sources: readonly NamedSource[]): ManifestSpan {
  const source = sources[span.source];
  if (source === undefined) return { source: span.source, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const start = positionAt(source, span.start);
  const end = positionAt(source, span.end, start.line);
  return {
    source: span.source,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

function program(
  emitted: Emitted,
  previous: Emitted | undefined,
  at: (span: Span) => ManifestSpan,
): ManifestProgram {
  const { plan, bytes, instructions, maps } = emitted;
  const triggerMask = plan.kind === 'pick' ? plan.triggers : NO_ACTIONS;
  return {
    name: plan.name,
    hook: `fs_${plan.kind}`,
    triggers: actionNames(triggerMask) as TriggerName[],
    triggerMask,
    previous: previous?.plan.name ?? null,
    instructions,
    maps,
    bytecode: { file: bytecodeFile(plan), sha256: sha256(bytes) },
    spans: originRanges(emitted.origins, at),
  };
}

/** Returns the ranges of consecutive slots with the same origin. */
function originRanges(
  origins: readonly (Origin | undefined)[],
  at: (span: Span) => ManifestSpan,
): ManifestProgram['spans'] {
  const ranges: { from: number; to: number; span: ManifestSpan; note: string }[] = [];
  let last: Origin | undefined;
  origins.forEach((origin, slot) => {
    const current = ranges.at(-1);
    if (
      origin !== undefined &&
      origin.note === last?.note &&
      origin.span === last.span &&
      current !== undefined
    )
      current.to = slot + 1;
    else if (origin !== undefined)
      ranges.push({ from: slot, to: slot + 1, span: at(origin.span), note: origin.note });
    last = origin;
  });
  return ranges;
}

function inodeMap(chain: PlannedChain, at: (span: Span) => ManifestSpan): InodeMap {
  const { layer, classes, layout } = chain;
  const share = sharing(classes);
  return {
    name: mapName(chain),
    type: 'inode',
    layout,
    default: layer.default,
    classes: classes.map(manifestClass),
    entries: layer.scopes.map((scope) => mapEntry(scope, share, at)),
    raw: [],
  };
}

function manifestClass({ actions, decision }: ActionClass): ManifestClass {
  const names = actionNames(actions);
  return {
    actions: names,
    decision: decision.kind === 'bit' ? { kind: 'bit', bit: decision.bit } : { kind: decision.kind },
  };
}

/** The class indices and the action names of a mask. Each list is made once and shared, because many scopes have equal masks. */
interface Shared {
  readonly indices: (mask: ActionMask) => readonly number[];
  readonly names: (mask: ActionMask) => readonly ActionName[];
}

function sharing(classes: readonly ActionClass[]): Shared {
  return {
    indices: remember((mask) =>
      classes.flatMap((c, i) => (c.decision.kind === 'bit' && (c.actions & mask) !== 0 ? [i] : [])),
    ),
    names: remember(actionNames),
  };
}

function remember<T>(make: (mask: ActionMask) => T): (mask: ActionMask) => T {
  const made = new Map<ActionMask, T>();
  return (mask) => {
    const known = made.get(mask);
    if (known !== undefined) return known;
    const value = make(mask);
    made.set(mask, value);
    return value;
  };
}

function mapEntry(scope: Scope, share: Shared, at: (span: Span) => ManifestSpan): MapEntry {
  return {
    path: patternText(scope.path),
    components: scope.path,
    object: scope.object,
    optional: scope.optional,
    within: scope.within,
    region: classEffects(scope.region, share),
    self: classEffects(scope.self, share),
    span: at(defined(scope.spans[0], 'a scope is declared somewhere')),
    rules: scope.rules.map((rule) => ({
      effect: rule.effect,
      self: rule.self,
      actions: share.names(rule.actions),
      span: at(rule.span),
    })),
  };
}

/** Returns the names of the maps of a layer, or of all layers. */
function mapsOfLayer(plan: ChainPlan, layer: Layer | undefined): string[] {
  return plan.chains.filter((c) => layer === undefined || c.layer === layer).map(mapName);
}

function unenforcedOf(
  plan: ChainPlan,
  { unenforced }: Pick<CheckedPolicy, 'unenforced'>,
  target: TargetName,
): Pick<Manifest, 'unenforced'> {
  const own = unenforced.filter((a) => a.target === target);
  if (own.length === 0) return {};
  return {
    unenforced: own.map(({ actions, layer }) => {
      return { actions: actionNames(actions), maps: mapsOfLayer(plan, layer) };
    }),
  };
}

function assertionsOf(
  plan: ChainPlan,
  { assertions, gainAssertions }: Pick<CheckedPolicy, 'assertions' | 'gainAssertions'>,
  at: (span: Span) => ManifestSpan,
): Pick<Manifest, 'assertions'> {
  const mapsOf = (layer: Layer | undefined): string[] => mapsOfLayer(plan, layer);
  const all: ManifestAssertion[] = [
    ...assertions.map(({ claim, actions, reach, path, layer, span }) => ({
      kind: 'place' as const,
      claim,
      actions: actionNames(actions),
      reach,
      path: patternText(path),
      components: path,
      maps: mapsOf(layer),
      span: at(span),
    })),
    ...gainAssertions.map(({ actions, layer, span }) => ({
      kind: 'gains' as const,
      actions: actionNames(actions),
      maps: mapsOf(layer),
      span: at(span),
    })),
  ];
  return all.length === 0 ? {} : { assertions: all };
}

function classEffects({ allow, deny, forbid }: Effects, { indices }: Shared): ManifestEffects {
  return { allow: indices(allow), deny: indices(deny), forbid: indices(forbid) };
}

/** Returns the load steps: the maps are filled before any program runs; at the end, a `chdir` tags the working directory. */
function loadSteps(chains: readonly EmittedChain[], maps: readonly InodeMap[]): LoadStep[] {
  const programs = chains.flatMap((c) => c.programs.map((p) => p.plan.name));
  const last = chains.flatMap((c) => c.programs.at(-1)?.plan.name ?? []);
  const tags = chains.some((c) => c.programs.some((p) => p.plan.kind === 'get'));
  return [
    ...maps.flatMap((m): LoadStep[] => [
      { step: 'open', map: m.name },
      { step: 'map_update', map: m.name },
    ]),
    ...programs.map((program): LoadStep => ({ step: 'load_program', program })),
    { step: 'no_new_privs' },
    ...last.map((program): LoadStep => ({ step: 'prepend', program })),
    ...(tags ? [{ step: 'chdir_current' } as const] : []),
  ];
}
