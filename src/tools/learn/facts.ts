/**
 * The requests of a program, collected as needs that a policy has to fulfil.
 *
 * A policy names objects that exist when it is loaded. So a request on such an object is a need for that object
 * (`self`). A request on an object that the program created, or on a symbolic link itself, is a need for everything
 * beneath the nearest directory that existed (`region`), because no scope can name the object.
 */
import { NO_ACTIONS, actionNames, union, type ActionMask } from '../../abi/actions.js';

/** A place in an input. */
export interface TraceOrigin {
  readonly input: number;
  /** The line of a trace or the step of a scenario, counted from 1. */
  readonly line: number;
}

export type Part = 'self' | 'region';

/** Why a need exists: the object is named itself, or it is a link or a new object in a region. */
export type Why = 'named' | 'link' | 'new';

export interface Need {
  readonly part: Part;
  /** The path of the object or region that a scope would name, at the time when the program began. */
  readonly path: readonly string[];
  /** The kind of the requested object. */
  readonly kind: 'dir' | 'file';
  readonly why: Why;
  readonly actions: ActionMask;
}

/** An observed request. */
export interface Asked extends Need {
  /** The path of the object at the time of the request, to which assertions apply. */
  readonly object: readonly string[];
  readonly origin: TraceOrigin;
}

export interface Facts {
  /** The needs by `needKey`; the actions of equal needs are joined. */
  readonly needs: Map<string, Need>;
  /** The observed actions by path of the object, with which over-grants are compared. */
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

/** The actions of a mask in the syntax of the language, in bit order. */
export function actionText(mask: ActionMask): string {
  return actionNames(mask).join(', ');
}
