/**
 * Changes of a verdict, as `differences.ts` finds them one action at a time, made into those that are shown: actions that
 * change at one place by the same rules are one change, with an object of a kind that calls ask each of.
 */
import { WALK, unionOf, type ActionMask } from '../../abi/actions.js';
import type { Aspect, MentionOnPath } from '../hierarchy/on-path.js';
import type { Layer } from '../check/policy.js';

/** What decides in one layer. */
export interface LayerDecision {
  readonly layer: Layer;
  readonly verdict: 'allow' | 'deny';
  /** Undefined where the layer's `default` decides. */
  readonly by: MentionOnPath | undefined;
}

/** An object on which the two differ. */
export interface Witness extends Candidate {
  /** Of the change, those that are asked of it. */
  readonly actions: ActionMask;
}

/** An object, and what stands in the way of a request on it. */
export interface Candidate {
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  /** Globs match every name in its directory: it is an object that is not there when the policy is loaded. */
  readonly appearsLater: boolean;
  /** The first directory on the way that may not be walked: number of its components, or undefined. By side. */
  readonly blocked: readonly [number | undefined, number | undefined];
  /** Whether a side does not load on a tree with it, since a scope says that something on the way is of the other kind. */
  readonly refused: readonly [boolean, boolean];
}

export interface Change {
  readonly change: 'widened' | 'narrowed';
  readonly actions: ActionMask;
  /** Where it begins. */
  readonly names: readonly string[];
  /** What changed there: the directory itself, something else of this name, what lies beneath it. */
  readonly aspects: readonly Aspect[];
  /** One, or one of each kind where no kind of object is asked all the actions. */
  readonly witnesses: readonly Witness[];
  /** Of the layers that make the verdict: those that deny, or all. */
  readonly decisions: readonly [readonly LayerDecision[], readonly LayerDecision[]];
}

/** A change of one action. */
export interface FoundChange {
  readonly action: ActionMask;
  readonly key: string;
  names: readonly string[];
  aspects: Aspect[];
  /** The best of all and the best of each kind; undefined where no call asks the action of such an object. */
  best: Candidate | undefined;
  readonly ofKind: Partial<Record<Candidate['object'], Candidate>>;
  readonly change: Change['change'];
  readonly decisions: Change['decisions'];
}

export interface AskedFound extends FoundChange {
  readonly best: Candidate;
}

export const isAsked = (found: FoundChange): found is AskedFound => found.best !== undefined;

/** The same for what is told alike: `walk` has no default, and is allowed where no rule denies it. */
export function decisionKey({ layer, by }: LayerDecision, action: ActionMask): string {
  if (by === undefined) return `${layer.name}:${action === WALK ? 'walk' : 'default'}`;
  const { span } = by.rule;
  return `${layer.name}:${by.scope.id}:${span.source}:${span.start}`;
}

/** Those that a plain request reaches come first, then the shorter. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return hindrance(a) - hindrance(b) || a.names.length - b.names.length;
}

function hindrance({ refused, blocked, appearsLater }: Candidate): number {
  const count = (flags: readonly boolean[]): number => flags.filter((f) => f).length;
  return 6 * count(refused) + 2 * count(blocked.map((b) => b !== undefined)) + (appearsLater ? 1 : 0);
}

/** Actions that change at the same place by the same rules are one change. Sorted by place. */
export function mergeActions(found: readonly AskedFound[]): Change[] {
  const merged = new Map<string, [AskedFound, ...AskedFound[]]>();
  for (const one of found) {
    const id = [one.names.join('/'), one.aspects.join(), one.key].join('\n');
    const group = merged.get(id);
    if (group === undefined) merged.set(id, [one]);
    else group.push(one);
  }
  return [...merged.values()]
    .map((group): Change => {
      const [{ change, names, aspects, decisions }] = group;
      return { change, actions: maskOfAll(group), names, aspects, witnesses: witnessesOf(group), decisions };
    })
    .sort(compareChanges);
}

const maskOfAll = (group: readonly FoundChange[]): ActionMask => unionOf(group.map((f) => f.action));

/** The best of each action, or one object for all where there is one that is as easy to ask. */
function witnessesOf(group: readonly AskedFound[]): Witness[] {
  const parts = partsByBest(group);
  if (parts.length === 1) return parts;
  for (const object of ['dir', 'file'] as const) {
    const [first, ...others] = group.map((f) => f.ofKind[object]);
    if (first === undefined || others.some((c) => c === undefined || !isSame(c, first))) continue;
    if (group.every((f) => hindrance(first) <= hindrance(f.best)))
      return [{ ...first, actions: maskOfAll(group) }];
  }
  return parts;
}

function partsByBest(group: readonly AskedFound[]): Witness[] {
  const parts: AskedFound[][] = [];
  for (const one of group) {
    const part = parts.find(([p]) => p !== undefined && isSame(p.best, one.best));
    if (part === undefined) parts.push([one]);
    else part.push(one);
  }
  return parts
    .flatMap((part) => part.slice(0, 1).map(({ best }) => ({ ...best, actions: maskOfAll(part) })))
    .sort(compareCandidates);
}

function isSame(a: Candidate, b: Candidate): boolean {
  return (
    a.object === b.object && a.appearsLater === b.appearsLater && a.names.join('/') === b.names.join('/')
  );
}

const ASPECTS: readonly Aspect[] = ['dir', 'file', 'below'];

function compareChanges(a: Change, b: Change): number {
  const [x, y] = [`/${a.names.join('/')}`, `/${b.names.join('/')}`];
  if (x !== y) return x < y ? -1 : 1;
  return aspectRank(a) - aspectRank(b) || a.change.localeCompare(b.change) || a.actions - b.actions;
}

/** The directory before what lies beneath it. */
function aspectRank({ aspects }: Change): number {
  return aspects.reduce((rank, aspect) => rank + (1 << ASPECTS.indexOf(aspect)), 0);
}
