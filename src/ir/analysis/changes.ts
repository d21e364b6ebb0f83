/**
 * Merges the changes of single actions, which `differences.ts` finds, into the changes that are shown. Actions that change
 * at one place by the same rules become one change, with a witness for each action.
 */
import { WALK, unionOf, type ActionMask } from '../../abi/actions.js';
import type { Aspect, MentionOnPath } from '../hierarchy/on-path.js';
import type { Layer } from '../check/policy.js';

/** The verdict of one layer, and the rule that decides it. */
export interface LayerDecision {
  readonly layer: Layer;
  readonly verdict: 'allow' | 'deny';
  /** Undefined where the layer's `default` decides. */
  readonly by: MentionOnPath | undefined;
}

/** An object on which the two policies differ. */
export interface Witness extends Candidate {
  /** The actions of the change that this object shows. */
  readonly actions: ActionMask;
}

/** An object, and the obstacles to a request on it. */
export interface Candidate {
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  /** True if globs match every name in its directory: then the object must be created after the policy is loaded. */
  readonly appearsLater: boolean;
  /** By side: number of components of the first directory on the path that may not be walked; undefined if all may. */
  readonly blocked: readonly [number | undefined, number | undefined];
  /** By side: true if the policy does not load on a tree with the object, because a scope requires another kind. */
  readonly refused: readonly [boolean, boolean];
}

export interface Change {
  readonly change: 'widened' | 'narrowed';
  readonly actions: ActionMask;
  /** The path of the place where the change begins. */
  readonly names: readonly string[];
  /** The subjects of the change there: the object as a directory, the object as something else, objects beneath it. */
  readonly aspects: readonly Aspect[];
  /** One object if it can show all the actions, else several. */
  readonly witnesses: readonly Witness[];
  /** By side, the layers that make the verdict: those that deny or, if the action is allowed, all layers. */
  readonly decisions: readonly [readonly LayerDecision[], readonly LayerDecision[]];
}

/** A change of one action. */
export interface FoundChange {
  readonly action: ActionMask;
  readonly key: string;
  names: readonly string[];
  aspects: Aspect[];
  /** The best candidate of all, and (`ofKind`) the best of each kind; undefined if no call asks the action of such an object. */
  best: Candidate | undefined;
  readonly ofKind: Partial<Record<Candidate['object'], Candidate>>;
  readonly change: Change['change'];
  readonly decisions: Change['decisions'];
}

export interface AskedFound extends FoundChange {
  readonly best: Candidate;
}

export const isAsked = (found: FoundChange): found is AskedFound => found.best !== undefined;

/**
 * Returns a key that is equal for decisions that are reported in the same words. `walk` has its own key without a rule: it
 * does not follow `default`.
 */
export function decisionKey({ layer, by }: LayerDecision, action: ActionMask): string {
  if (by === undefined) return `${layer.name}:${action === WALK ? 'walk' : 'default'}`;
  const { span } = by.rule;
  return `${layer.name}:${by.scope.id}:${span.source}:${span.start}`;
}

/** Compares candidates: those with fewer obstacles come first, then those with shorter paths. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return hindrance(a) - hindrance(b) || a.names.length - b.names.length;
}

function hindrance({ refused, blocked, appearsLater }: Candidate): number {
  const count = (flags: readonly boolean[]): number => flags.filter((f) => f).length;
  return 6 * count(refused) + 2 * count(blocked.map((b) => b !== undefined)) + (appearsLater ? 1 : 0);
}

/** Returns one change for all actions that change at the same place by the same rules, sorted by place. */
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

/** Returns one object for all actions if one has as few obstacles as the best of each action, else those best objects. */
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

/** Returns a rank that sorts a directory before the objects beneath it. */
function aspectRank({ aspects }: Change): number {
  return aspects.reduce((rank, aspect) => rank + (1 << ASPECTS.indexOf(aspect)), 0);
}
