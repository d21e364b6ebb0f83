/**
 * Explains why a request was allowed or denied. Input: the recorded runs of its programs. Output: for each run the look-ups,
 * the cookie before and after, the verdict, and the rule behind it.
 *
 * Invariant: an explanation does not decide. The verdict is that of the program; a rule is named only if it gives that verdict.
 */
import { actionBit, actionNames, type ActionName } from '../abi/actions.js';
import { HOOKS, LOOKUP, LOOKUP_NAMES, type HookName, type Phase } from '../abi/hooks.js';
import type { InodeMap } from '../artifact/manifest.js';
import { reasonAt, mentionsAt, type PlaceMention, type Reason } from './loader/reason.js';
import { decodeCookie, type CookieValue, type DecodedCookie } from '../semantics/cookie.js';
import { pathOf, type MapPlace } from './loader/ground.js';
import type { EngineEvent, HookRun } from './kernel/trace.js';
import type { Kernel } from './kernel/task.js';
import type { GroundedMap, GroundedPolicy } from './load.js';

export { reasonAt, type PlaceMention, type Reason };

export interface ExplainedRun {
  readonly task: number;
  /** Name of the layer. */
  readonly chain: string;
  /** The phase of the request that the run belongs to. */
  readonly phase: Phase;
  /** The target's own name for the hook. */
  readonly hook: HookName;
  readonly program: string;
  /** The component that led to the object. */
  readonly name: string;
  readonly lookup: (typeof LOOKUP_NAMES)[number];
  /** Undefined when the program did not look up the map. */
  readonly map: 'hit' | 'miss' | undefined;
  readonly tag: 'hit' | 'miss' | 'set' | undefined;
  readonly before: CookieView;
  readonly after: CookieView;
  readonly verdict: 'allow' | 'deny';
  /** The action that the verdict is about. */
  readonly judged: ActionName | undefined;
  /** Undefined for a run that judged no action. */
  readonly reason: Reason | undefined;
  /** The other rules that mention the action there, in the order in which they apply. `reason` overrides them. */
  readonly overridden: readonly PlaceMention[];
}

/** A decoded cookie, for display. */
export interface CookieView {
  /** 16 hex digits. */
  readonly hex: string;
  /** Undefined for a chain whose cookie has no meaning here (a hand-written manifest). */
  readonly state: DecodedCookie | undefined;
  /** The actions that are allowed on the object (`self`) and beneath it (`below`). */
  readonly self: readonly ActionName[];
  readonly below: readonly ActionName[];
  /** Physical path of the place that the state comes from. */
  readonly place: string | undefined;
}

/** Calls a function and returns its result together with the program runs that it caused. */
export function traced<T>(
  kernel: Kernel,
  run: () => T,
): { readonly result: T; readonly runs: readonly HookRun[] } {
  const runs: HookRun[] = [];
  const before = kernel.trace;
  kernel.trace = { ran: (r) => runs.push(r) };
  try {
    return { result: run(), runs };
  } finally {
    kernel.trace = before;
  }
}

/** Explains the runs of one request. `policies`: those that are enforced on the kernel's tasks. */
export function explainRuns(policies: readonly GroundedPolicy[], runs: readonly HookRun[]): ExplainedRun[] {
  /** By chain, the place that its cookie comes from, for cookies without a place number. */
  const last = new Map<number, MapPlace>();
  return runs.map((run) => explainRun(findChain(policies, run.program), run, last));
}

const phaseOf = ({ hook }: HookRun): Phase => HOOKS[hook].phase;

/** A rule or a default that decided an action in a run. */
export interface RunDecision {
  readonly map: InodeMap;
  readonly action: ActionName;
  readonly verdict: 'allow' | 'deny';
  readonly reason: Reason;
}

/**
 * Returns the decisions of the runs of one request: for each run, every action that it judged, with the rule that gives the
 * verdict. Actions that a chain allows everywhere are left out, because no rule could deny them.
 */
export function decisionsOf(policies: readonly GroundedPolicy[], runs: readonly HookRun[]): RunDecision[] {
  const last = new Map<number, MapPlace>();
  return runs.flatMap((run) => {
    const { grounded } = findChain(policies, run.program);
    if (grounded === undefined || phaseOf(run) === 'hold') return [];
    const standing = standingOf(grounded, run, last.get(run.chain));
    if (phaseOf(run) === 'walk' && standing.place !== undefined) last.set(run.chain, standing.place);
    const { map } = grounded;
    const { place, level } = standing;
    const verdict = run.verdict === 0 ? 'allow' : 'deny';
    return judgedActions(map, run)
      .filter(
        (action) => place !== undefined && couldDeny(map, action) && decides(map, standing, action, verdict),
      )
      .map((action) => ({ map, action, verdict, reason: reasonAt(map, place as MapPlace, level, action) }));
  });
}

function couldDeny(map: InodeMap, action: ActionName): boolean {
  return map.classes.find((c) => c.actions.includes(action))?.decision.kind !== 'allow';
}

interface ChainContext {
  readonly name: string;
  readonly grounded: GroundedMap | undefined;
}

function findChain(policies: readonly GroundedPolicy[], program: string): ChainContext {
  for (const { artifact, maps } of policies) {
    const chain = artifact.manifest.chains.find((c) => c.programs.includes(program));
    if (chain === undefined) continue;
    const rows = artifact.manifest.programs.filter((p) => chain.programs.includes(p.name));
    const map =
      rows.flatMap((p) => p.maps).find((name) => maps.has(name)) ??
      mapOfConstants(artifact.manifest.maps, chain.programs);
    return { name: chain.name, grounded: map === undefined ? undefined : maps.get(map) };
  }
  return { name: program, grounded: undefined };
}

/** Returns the map of a chain whose programs read no map. Its name has the same stem as theirs. */
function mapOfConstants(
  maps: readonly { readonly name: string }[],
  programs: readonly string[],
): string | undefined {
  const stem = (programs[0] ?? '').replace(/fs_\w+$/, '');
  return maps.find((m) => m.name === `${stem}inodes`)?.name;
}

function explainRun(
  { name: chain, grounded }: ChainContext,
  run: HookRun,
  last: Map<number, MapPlace>,
): ExplainedRun {
  const lookup = run.events.find(isLookup);
  const tag = run.events.find(isTag);
  const verdict = run.verdict === 0 ? 'allow' : 'deny';
  const previous = last.get(run.chain);
  const standing = grounded === undefined ? undefined : standingOf(grounded, run, previous);
  const judgement =
    grounded === undefined || standing === undefined
      ? undefined
      : judgementOf(grounded, run, standing, verdict);
  if (phaseOf(run) === 'walk' && standing?.place !== undefined) last.set(run.chain, standing.place);
  return {
    task: run.task,
    chain,
    phase: phaseOf(run),
    hook: run.hook,
    program: run.program,
    name: run.name,
    lookup: LOOKUP_NAMES[run.lookup],
    map: lookup === undefined ? undefined : lookup.hit ? 'hit' : 'miss',
    tag:
      tag === undefined
        ? undefined
        : tag.kind === 'setTag'
          ? 'set'
          : (tag.lo | tag.hi) === 0
            ? 'miss'
            : 'hit',
    before: viewOf(grounded, run.before, previous),
    after: viewOf(grounded, run.after, standing?.place),
    verdict,
    judged: judgement?.action,
    reason: judgement?.reason,
    overridden: judgement?.overridden ?? [],
  };
}

type EventOf<K extends EngineEvent['kind']> = EngineEvent & { readonly kind: K };
const isLookup = (e: EngineEvent): e is EventOf<'mapLookup'> => e.kind === 'mapLookup';
const isTag = (e: EngineEvent): e is EventOf<'getTag' | 'setTag'> =>
  e.kind === 'getTag' || e.kind === 'setTag';

/** The standing of the object of a run: at a place of the map, in the region of one, or unknown. */
interface RunStanding {
  readonly place: MapPlace | undefined;
  readonly level: 'self' | 'below';
}

/** Returns the standing after the step of the walk machine, from the events of the run. `last`: the place before the step. */
function standingOf(grounded: GroundedMap, run: HookRun, last: MapPlace | undefined): RunStanding {
  const { layout } = grounded.map;
  const of = (value: CookieValue): MapPlace | undefined => {
    const state = decodeCookie(layout, value);
    return state.kind === 'place' ? (grounded.byNumber.get(state.place) ?? last) : undefined;
  };
  const own = grounded.places.get(run.inode);
  const lookups = run.events.filter(isLookup);
  if (lookups.some((e) => e.hit)) return { place: own, level: 'self' };
  // A program with the same answer for all objects does not look up the map, but its rules still have a place.
  if (lookups.length === 0 && own !== undefined) return { place: own, level: 'self' };
  // Without a cookie the region is not known. It does not matter: a chain whose verdicts vary by region has a cookie.
  if (layout.classes === 0) return { place: rootOf(grounded), level: 'below' };
  const before = decodeCookie(layout, run.before);
  if (before.kind === 'start') {
    const tag = run.events.find(isTag);
    return { place: tag === undefined || tag.kind !== 'getTag' ? undefined : of(tag), level: 'below' };
  }
  if (run.lookup === LOOKUP.DOTDOT && before.exact) return { place: undefined, level: 'below' };
  const same = run.lookup === LOOKUP.DOT && before.exact;
  return { place: of(run.before), level: same ? 'self' : 'below' };
}

function rootOf({ places }: GroundedMap): MapPlace | undefined {
  for (const place of places.values()) if (place.parent === undefined) return place;
  return undefined;
}

interface RunJudgement {
  readonly action: ActionName;
  readonly reason: Reason;
  readonly overridden: readonly PlaceMention[];
}

/** Returns the first judged action whose verdict is that of the run, with the rule behind it. */
function judgementOf(
  { map }: GroundedMap,
  run: HookRun,
  standing: RunStanding,
  verdict: 'allow' | 'deny',
): RunJudgement | undefined {
  if (phaseOf(run) === 'hold') return undefined;
  const actions = judgedActions(map, run);
  const action = actions.find((a) => decides(map, standing, a, verdict));
  if (action === undefined) return undefined;
  const { place, level } = standing;
  if (place === undefined) return { action, reason: { kind: 'unknown' }, overridden: [] };
  const reason = reasonAt(map, place, level, action);
  const rule = reason.kind === 'rule' ? reason.rule : undefined;
  return { action, reason, overridden: mentionsAt(place, level, action).filter((m) => m.rule !== rule) };
}

/** Returns the actions that the program of a run judged. */
function judgedActions(map: InodeMap, run: HookRun): ActionName[] {
  if (phaseOf(run) === 'walk' || run.triggers === 0) return ['walk'];
  return actionNames(run.triggers);
}

function decides(
  map: InodeMap,
  { place, level }: RunStanding,
  action: ActionName,
  verdict: 'allow' | 'deny',
): boolean {
  const decision = map.classes.find((c) => c.actions.includes(action))?.decision;
  if (decision === undefined) return false;
  if (decision.kind !== 'bit') return decision.kind === verdict;
  if (place === undefined) return verdict === 'deny';
  const allowed = ((level === 'self' ? place.self : place.below) >>> decision.bit) & 1;
  return (allowed === 1) === (verdict === 'allow');
}

function viewOf(
  grounded: GroundedMap | undefined,
  value: CookieValue,
  last: MapPlace | undefined,
): CookieView {
  const hex = [value.hi, value.lo].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  if (grounded === undefined) return { hex, state: undefined, self: [], below: [], place: undefined };
  const { map, byNumber } = grounded;
  const state = decodeCookie(map.layout, value);
  const names = (mask: number): ActionName[] =>
    map.classes
      .flatMap((c) => (c.decision.kind === 'bit' && (mask >>> c.decision.bit) & 1 ? c.actions : []))
      .sort((a, b) => actionBit(a) - actionBit(b));
  const place = state.kind === 'place' ? (byNumber.get(state.place) ?? last) : undefined;
  return {
    hex,
    state,
    self: names(state.self),
    below: names(state.below),
    place: place === undefined ? undefined : pathOf(place),
  };
}
