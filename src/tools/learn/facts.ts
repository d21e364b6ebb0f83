/**
 * What a program was seen to ask for, as needs of a policy. Types, and the table that gathers them.
 *
 * A policy names objects that are there when it is loaded. So a request on such an object is a need of that object (`self`);
 * one on an object that the program made, or on a symbolic link itself, which no scope can name, is a need of what lies beneath
 * the nearest directory that was there (`region`).
 */
import { NO_ACTIONS, actionNames, union, type ActionMask } from '../../abi/actions.js';

/** The line of an input. */
export interface TraceOrigin {
  readonly input: number;
  /** Of a trace, the line; of a scenario, the step. From 1. */
  readonly line: number;
}

export type Part = 'self' | 'region';

/** Why something is needed of a region. */
export type Why = 'named' | 'link' | 'new';

export interface Need {
  readonly part: Part;
  /** Names from the root of what the scope would be for, as it was when the program began. */
  readonly path: readonly string[];
  /** Of the object; a region's is a directory. */
  readonly kind: 'dir' | 'file';
  readonly why: Why;
  readonly actions: ActionMask;
}

/** One request, as it was seen. */
export interface Asked extends Need {
  /** Where the object was when it was asked about: what an assertion is about. */
  readonly object: readonly string[];
  readonly origin: TraceOrigin;
}

export interface Facts {
  /** By `needKey`, the actions of equal needs joined. */
  readonly needs: Map<string, Need>;
  /** For each object path and action, the first line that asked: what over-grants are compared to. */
  readonly observed: Map<string, { readonly kind: 'dir' | 'file'; actions: ActionMask }>;
}

export function newFacts(): Facts {
  return { needs: new Map(), observed: new Map() };
}

export function pathText(names: readonly string[]): string {
  return '/' + names.join('/');
}

function needKey({ part, path, why, kind }: Need): string {
  return `${part} ${why} ${kind} ${pathText(path)}`;
}

export function addAsked(facts: Facts, asked: Asked): void {
  const key = needKey(asked);
  const known = facts.needs.get(key);
  if (known !== undefined && (known.actions & asked.actions) === asked.actions && isObserved(facts, asked))
    return;
  const { part, path, kind, why } = asked;
  facts.needs.set(key, {
    part,
    path,
    kind,
    why,
    actions: union(known?.actions ?? NO_ACTIONS, asked.actions),
  });
  observe(facts, asked);
}

/** Adds all facts of another table. */
export function addNeeds(facts: Facts, more: Facts): void {
  for (const [key, need] of more.needs) {
    const actions = union(facts.needs.get(key)?.actions ?? NO_ACTIONS, need.actions);
    facts.needs.set(key, { ...need, actions });
  }
  for (const [path, { kind, actions }] of more.observed) {
    const known = facts.observed.get(path);
    if (known === undefined) facts.observed.set(path, { kind, actions });
    else known.actions = union(known.actions, actions);
  }
}

function isObserved(facts: Facts, { object, actions }: Asked): boolean {
  return ((facts.observed.get(pathText(object))?.actions ?? 0) & actions) === actions;
}

function observe(facts: Facts, { object, kind, actions, part, why }: Asked): void {
  const key = pathText(object);
  const known = facts.observed.get(key);
  const objectKind = part === 'region' && why === 'link' ? 'file' : kind;
  if (known === undefined) facts.observed.set(key, { kind: objectKind, actions });
  else known.actions = union(known.actions, actions);
}

/** The actions of a mask as the language writes them, in alphabetical order. */
export function actionText(mask: ActionMask): string {
  return actionNames(mask).join(', ');
}
