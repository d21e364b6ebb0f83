/**
 * Extracts the model of a drawing from the automaton.
 *
 * Input: the layers with their automata, and what is asked. Output: a tree of nodes for each layer, siblings of one
 * shape folded into one node. Two places have one shape when they say the same and what lies beneath them does, under
 * names that differ in digits only. Nothing on the highlighted walk is folded. Weakness: where globs overlap, the tree
 * is larger than the automaton that it unfolds; `MAX_NODES` and `MAX_PLACES` bound it.
 */
import { unionOf, type ActionMask } from '../../abi/actions.js';
import type { HierarchyAutomaton } from '../../ir/hierarchy/automaton.js';
import { partitionActions } from '../../codegen/v8/partition.js';
import type { Layer, NamedSet } from '../../ir/check/policy.js';
import type { GraphClass, GraphModel, GraphNode, LayerGraph } from './model.js';
import { describePlace, restOf, type GraphSubject, type Described } from './describe.js';
import { edgesTaken, placesOf, type PlaceEdge, type PlaceNode } from './places.js';
import { listText, rightsKind } from './rights.js';
import { MAX_NAME, columns, foldedName, naturally, visible } from './text.js';
import type { GraphTrail } from './trail.js';

/** The most nodes of a drawing. A larger one takes long to lay out, and nobody could read it. */
export const MAX_NODES = 3000;
/** The most places that are unfolded. Globs beneath globs can stand for far more places than there are nodes. */
const MAX_PLACES = 200_000;

export interface GraphQuestion extends GraphSubject {
  readonly path: string | undefined;
  /** Every place a node of its own. */
  readonly full: boolean;
}

export interface LayerInput {
  readonly layer: Layer;
  readonly automaton: HierarchyAutomaton;
  readonly trail: GraphTrail | undefined;
}

/** The model of the layers; undefined if it has more than `MAX_NODES` nodes or `MAX_PLACES` places. */
export function extractGraph(layers: readonly LayerInput[], question: GraphQuestion): GraphModel | undefined {
  const count = { nodes: 0, places: 0 };
  const drawn = layers.map((input) => drawLayer(input, question, count));
  if (isTooLarge(count)) return undefined;
  return { action: question.action, path: question.path, layers: drawn };
}

interface Count {
  nodes: number;
  places: number;
}

const isTooLarge = ({ nodes, places }: Count): boolean => nodes > MAX_NODES || places > MAX_PLACES;

function drawLayer(input: LayerInput, question: GraphQuestion, count: Count): LayerGraph {
  const { layer, automaton, trail } = input;
  const root = placesOf(layer, automaton);
  const last = (trail?.visited.length ?? 0) - 1;
  const visited =
    trail?.visited.map((names, i) => edgesTaken(root, names, i < last || trail.directory)) ?? [];
  const end = trail?.visited.at(-1) ?? [];
  const drawing: Drawing = {
    question,
    count,
    described: new Map(),
    shapes: new Map(),
    shapeOf: new Map(),
    visited: new Set(visited.flatMap((edges) => edges.map((_, i) => positionOf(edges.slice(0, i + 1))))),
    end: trail && {
      trail,
      position: positionOf(visited.at(-1) ?? []),
      rest: end.slice(visited.at(-1)?.length ?? 0),
    },
  };
  const partition = partitionActions(layer);
  const varying = partition.filter((c) => c.decision.kind === 'bit').map((c) => c.actions);
  const everywhere = (effect: 'allow' | 'deny', what: string): string[] => {
    const actions = unionOf(partition.filter((c) => c.decision.kind === effect).map((c) => c.actions));
    return actions === 0 ? [] : [`${what} everywhere: ${listText(actions, question.sets)}`];
  };
  return {
    name: layer.name,
    default: layer.default,
    classes: varying.map((actions, i) => classOf(actions, i, question.sets)),
    everywhere: [...everywhere('allow', 'allowed'), ...everywhere('deny', 'denied')],
    root: compacted(
      unfold(drawing, {
        edge: 'root',
        members: [{ node: root, name: '/', path: '' }],
        position: trail && '',
      }),
    ),
  };
}

function classOf(actions: ActionMask, index: number, sets: readonly NamedSet[]): GraphClass {
  const letter = String.fromCharCode(0x61 + index);
  return { letter, actions, text: listText(actions, sets), kind: rightsKind(actions) };
}

const positionOf = (edges: readonly number[]): string => edges.map((e) => `/${e}`).join('');

interface Drawing {
  readonly question: GraphQuestion;
  readonly count: Count;
  readonly described: Map<PlaceNode, Described>;
  /** Key of a shape to its number, and places to theirs. */
  readonly shapes: Map<string, number>;
  readonly shapeOf: Map<PlaceNode, number>;
  /** The places on the walk, each identified by the edges that lead to it. */
  readonly visited: ReadonlySet<string>;
  readonly end:
    { readonly trail: GraphTrail; readonly position: string; readonly rest: readonly string[] } | undefined;
}

interface Member {
  readonly node: PlaceNode;
  readonly name: string;
  readonly path: string;
}

interface Group {
  readonly edge: 'root' | 'literal' | 'glob';
  readonly members: readonly Member[];
  /** Of a place on the walk. */
  readonly position: string | undefined;
}

function unfold(drawing: Drawing, group: Group): GraphNode {
  const { count, question, end } = drawing;
  const { edge, members, position } = group;
  const id = `n${count.nodes++}`;
  const [{ node }] = members as readonly [Member];
  const { rows, tags, optional } = describe(drawing, node);
  const names = [...new Set(members.map((m) => m.name))].sort(naturally);
  const { text, hidden } = foldedName(names, members.length);
  const ends = end !== undefined && position === end.position;
  const children = isTooLarge(count) ? [] : groupsBeneath(drawing, group).map((g) => unfold(drawing, g));
  const walked = ends ? restOf(node, end.rest, end.trail, question, () => `n${count.nodes++}`) : undefined;
  return {
    id,
    name: text,
    tags: [...(edge === 'glob' ? ['glob'] : []), ...tags, ...(hidden ? [`×${members.length}`] : [])],
    edge,
    optional,
    rows: [...rows, ...(walked?.rows ?? [])],
    tooltip: tooltip(members, describe(drawing, node)),
    scopes: [...new Set(members.flatMap((m) => [...m.node.dirs, ...m.node.files].map((s) => s.id)))].sort(
      (a, b) => a - b,
    ),
    places: members.length,
    onPath: position !== undefined,
    children: [...children, ...(walked?.children ?? [])],
  };
}

function describe({ described, question }: Drawing, node: PlaceNode): Described {
  const known = described.get(node);
  if (known !== undefined) return known;
  const made = describePlace(node, question);
  described.set(node, made);
  return made;
}

const MAX_PATHS = 100;

function tooltip(members: readonly Member[], { details }: Described): string {
  const paths = members.map((m) => visible(m.path || '/')).sort(naturally);
  const more = paths.length - MAX_PATHS;
  return [...paths.slice(0, MAX_PATHS), ...(more > 0 ? [`and ${more} more`] : []), ...details].join('\n');
}

/** The children of all members; those of the same shape form one group. */
function groupsBeneath(drawing: Drawing, { members, position }: Group): Group[] {
  const groups = new Map<
    string,
    { edge: 'literal' | 'glob'; members: Member[]; position: string | undefined }
  >();
  let single = 0;
  for (const { node, path } of members) {
    drawing.count.places += node.children.length;
    if (isTooLarge(drawing.count)) break;
    node.children.forEach((edge, index) => {
      const at = position === undefined ? undefined : `${position}/${index}`;
      const walked = at !== undefined && drawing.visited.has(at);
      const alone = walked || drawing.question.full;
      const key = alone ? `alone ${single++}` : `${edge.kind} ${shape(drawing, edge.to)}`;
      const name = nameOf(node, edge);
      const member = { node: edge.to, name, path: `${path}/${name}` };
      const group = groups.get(key);
      if (group === undefined)
        groups.set(key, { edge: edge.kind, members: [member], position: walked ? at : undefined });
      else group.members.push(member);
    });
  }
  return [...groups.values()].sort(byFirstName);
}

function byFirstName(a: Group, b: Group): number {
  if (a.edge !== b.edge) return a.edge === 'glob' ? 1 : -1;
  const first = ({ members }: Group): string => members.map((m) => m.name).sort(naturally)[0] ?? '';
  return naturally(first(a), first(b));
}

function nameOf({ globs }: PlaceNode, edge: PlaceEdge): string {
  return edge.kind === 'literal' ? edge.name : edge.matching.map((i) => globs[i] ?? '').join(' & ');
}

function shape(drawing: Drawing, node: PlaceNode): number {
  const known = drawing.shapeOf.get(node);
  if (known !== undefined) return known;
  const { rows, tags, optional, details } = describe(drawing, node);
  const beneath = node.children.map(
    (e) => `${e.kind} ${nameOf(node, e).replace(/\d+/g, '#')} ${shape(drawing, e.to)}`,
  );
  const key = JSON.stringify([rows, tags, optional, details, [...new Set(beneath)].sort()]);
  const number = drawing.shapes.get(key) ?? drawing.shapes.size;
  drawing.shapes.set(key, number);
  drawing.shapeOf.set(node, number);
  return number;
}

/** Joins a place without rows that has a single child with that child, as in `proc/sys/vm`. */
function compacted(node: GraphNode): GraphNode {
  const children = node.children.map(compacted);
  const [only] = children;
  const name = `${node.name}/${only?.name ?? ''}`;
  const joins =
    only !== undefined &&
    children.length === 1 &&
    [node, only].every((n) => n.edge === 'literal' && n.places === 1) &&
    node.rows.length === 0 &&
    node.onPath === only.onPath &&
    columns(name) <= MAX_NAME;
  return joins ? { ...only, name } : { ...node, children };
}
