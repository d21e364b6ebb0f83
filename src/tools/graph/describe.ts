/** Describes one place for a drawing: its rows, its tags, and all details for a tooltip. */
import { actionBit, hasAction, type ActionMask, type ActionName } from '../../abi/actions.js';
import type { Verdicts } from '../../ir/hierarchy/automaton.js';
import type { NamedSet, Scope } from '../../ir/check/policy.js';
import type { GraphEffect, GraphNode, GraphRow } from './model.js';
import type { PlaceNode } from './places.js';
import { fullText, rightsKind, rightsText } from './rights.js';
import { shortened, visible } from './text.js';
import type { GraphTrail } from './trail.js';

export interface Described {
  readonly rows: readonly GraphRow[];
  readonly tags: readonly string[];
  readonly optional: boolean;
  readonly details: readonly string[];
}

/** What a drawing is about. */
export interface GraphSubject {
  readonly sets: readonly NamedSet[];
  readonly action: ActionName | undefined;
}

export function describePlace(place: PlaceNode, asked: GraphSubject): Described {
  const { dirs, files } = place;
  const scopes = [...dirs, ...files];
  const file = files.length > 0 ? [row(place, 'file', dirs.length > 0 ? 'file' : '', asked)] : [];
  const optional = scopes.length > 0 && scopes.every((s) => s.optional);
  const rows = [...(dirs.length > 0 ? dirRows(place, asked) : []), ...file];
  const details = asked.action === undefined ? rightsOf(place) : verdictsOf(place, asked.action);
  return {
    rows,
    tags: [...kindTags(dirs, files), ...(optional ? ['optional'] : [])],
    optional,
    details: scopes.length === 0 ? ['no scope of its own: on the way to those beneath', ...details] : details,
  };
}

/** The lines of a tooltip that list every action, for which a row has no room. */
function rightsOf({ dirs, files, state, forbidden }: PlaceNode): string[] {
  return [
    ...(dirs.length > 0 ? [`itself: ${fullText(state.dir)}`, `beneath: ${fullText(state.below)}`] : []),
    ...(files.length > 0 ? [`as a file: ${fullText(state.file)}`] : []),
    ...(forbidden.below === 0 ? [] : [`forbidden: ${fullText(forbidden.below)}`]),
  ];
}

function verdictsOf({ dirs, files, state, forbidden }: PlaceNode, action: ActionName): string[] {
  const line = (label: string, level: keyof Verdicts): string =>
    `${action}, ${label}: ${effectOf(state[level], forbidden[level], action)}`;
  return [
    ...(dirs.length > 0 ? [line('itself', 'dir'), line('beneath', 'below')] : []),
    ...(files.length > 0 ? [line('as a file', 'file')] : []),
  ];
}

function kindTags(dirs: readonly Scope[], files: readonly Scope[]): string[] {
  if (files.length === 0) return [];
  return [dirs.length > 0 ? 'dir and file' : 'file'];
}

function dirRows(place: PlaceNode, asked: GraphSubject): GraphRow[] {
  const [itself, beneath] = [row(place, 'dir', 'itself', asked), row(place, 'below', 'beneath', asked)];
  const same = JSON.stringify({ ...itself, label: '' }) === JSON.stringify({ ...beneath, label: '' });
  return same ? [{ ...beneath, label: place.files.length > 0 ? 'directory' : '' }] : [itself, beneath];
}

function row(
  { state, forbidden }: PlaceNode,
  level: keyof Verdicts,
  label: string,
  asked: GraphSubject,
): GraphRow {
  const mask = state[level];
  if (asked.action === undefined) return rightsRow(label, mask, asked);
  const effect = effectOf(mask, forbidden[level], asked.action);
  return { kind: 'effect', label, effect, text: effect };
}

function rightsRow(label: string, mask: ActionMask, { sets }: GraphSubject): GraphRow {
  return { kind: 'rights', label, mask, text: rightsText(mask, sets), rights: rightsKind(mask) };
}

function effectOf(allowed: ActionMask, forbidden: ActionMask, action: ActionName): GraphEffect {
  const bit = actionBit(action);
  return hasAction(allowed, bit) ? 'allow' : hasAction(forbidden, bit) ? 'forbid' : 'deny';
}

/** The most columns of the rest of a path beneath the last scope. */
const MAX_REST = 40;

/** What the end of the walk adds to a place: a row, or a child node if the path goes on beneath the place. */
export function restOf(
  place: PlaceNode,
  rest: readonly string[],
  trail: GraphTrail,
  asked: GraphSubject,
  newId: () => string,
): Pick<GraphNode, 'rows' | 'children'> {
  const verdict: GraphRow = { kind: 'walked', label: 'walked', effect: trail.effect, text: trail.text };
  if (rest.length === 0) return { rows: [verdict], children: [] };
  const name = visible(rest.join('/'));
  const beneath = row(place, 'below', 'region', asked);
  const node: GraphNode = {
    id: newId(),
    name: shortened(name, MAX_REST),
    tags: [trail.directory ? 'directory' : 'file', 'no scope'],
    edge: 'rest',
    optional: false,
    rows: [beneath, verdict],
    tooltip: `${name}\n${fullText(place.state.below)}`,
    scopes: [],
    places: 1,
    onPath: true,
    children: [],
  };
  return { rows: [], children: [node] };
}
