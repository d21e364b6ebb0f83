/**
 * The needs of a policy as a tree of path components. The rules of generalisation change it, and the text of the policy
 * is printed from it.
 *
 * `region` is what must be allowed on everything beneath a directory. A name that is not valid UTF-8 cannot be written
 * in a policy; the need for its path becomes a need for the region above that name.
 */
import { NO_ACTIONS, union, unionOf, type ActionMask } from '../../abi/actions.js';
import { globOf, matchesGlob } from '../../pattern/glob.js';
import { pathText, type Need } from './facts.js';

/** Why a scope grants something. */
export type Cause = 'observed' | 'new' | 'link' | 'siblings' | 'versions' | 'temporary';

export interface NeedNode {
  readonly name: string;
  readonly glob: boolean;
  readonly parent: NeedNode | undefined;
  readonly children: Map<string, NeedNode>;
  kind: 'dir' | 'file';
  self: ActionMask;
  region: ActionMask;
  /** The actions of `region` by their cause. */
  readonly causes: Map<Cause, ActionMask>;
  /** The number of names that this glob replaced, or of siblings that became the region. */
  members: number;
}

/** Actions that must never be allowed at a path or beneath it. */
export interface Never {
  readonly actions: ActionMask;
  readonly path: readonly string[];
  /** The assertion as it was written. */
  readonly text: string;
}

function newNode(name: string, glob: boolean, parent: NeedNode | undefined): NeedNode {
  return {
    name,
    glob,
    parent,
    children: new Map(),
    kind: 'dir',
    self: NO_ACTIONS,
    region: NO_ACTIONS,
    causes: new Map(),
    members: 0,
  };
}

export function childOf(node: NeedNode, name: string, glob: boolean): NeedNode {
  const key = `${glob ? '*' : '='}${name}`;
  const known = node.children.get(key);
  if (known !== undefined) return known;
  const made = newNode(name, glob, node);
  node.children.set(key, made);
  return made;
}

export function addRegion(node: NeedNode, actions: ActionMask, cause: Cause): void {
  node.region = union(node.region, actions);
  addCause(node, cause, actions);
}

function addCause({ causes }: NeedNode, cause: Cause, actions: ActionMask): void {
  causes.set(cause, union(causes.get(cause) ?? NO_ACTIONS, actions));
}

export function buildNeeds(needs: Iterable<Need>): NeedNode {
  const root = newNode('', false, undefined);
  for (const need of needs) {
    const unwritable = need.path.findIndex((name) =>
      /[\ud800-\udfff]/.test(name.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')),
    );
    const path = unwritable < 0 ? need.path : need.path.slice(0, unwritable);
    let node = root;
    for (const name of path) node = childOf(node, name, false);
    if (unwritable >= 0) addRegion(node, need.actions, 'new');
    else if (need.part === 'self') {
      node.self = union(node.self, need.actions);
      node.kind = need.kind;
    } else addRegion(node, need.actions, need.why === 'link' ? 'link' : 'new');
  }
  return root;
}

/** The nodes from the root to a node, without the root. */
export function patternOf(node: NeedNode): readonly NeedNode[] {
  const out: NeedNode[] = [];
  for (let at: NeedNode | undefined = node; at?.parent !== undefined; at = at.parent) out.push(at);
  return out.reverse();
}

export function nodePath(node: NeedNode): string {
  return pathText(patternOf(node).map((n) => n.name));
}

function matches(node: NeedNode, name: string): boolean {
  if (!node.glob) return node.name === name;
  const glob = globOf(node.name);
  return glob !== undefined && matchesGlob(glob, name);
}

/**
 * The actions that the scopes of a tree allow for a need: the union of what each allows. A scope for a directory does
 * not apply to a file with the same name.
 */
export function allowedBy(root: NeedNode, { part, kind, path }: Need): ActionMask {
  const isFile = part === 'self' && kind === 'file';
  let nodes: readonly NeedNode[] = [root];
  let actions = root.region;
  path.forEach((name, i) => {
    nodes = nodes.flatMap((node) => [...node.children.values()].filter((child) => matches(child, name)));
    const last = i === path.length - 1;
    if (!(last && isFile)) actions = union(actions, unionOf(nodes.map((node) => node.region)));
  });
  return part === 'region'
    ? actions
    : union(actions, unionOf(nodes.filter((n) => n.kind === kind).map((n) => n.self)));
}

/** The assertion that allowing these actions on everything beneath a pattern would break. */
export function brokenByRegion(
  pattern: readonly NeedNode[],
  actions: ActionMask,
  nevers: readonly Never[],
): Never | undefined {
  return nevers.find((never) => {
    const length = Math.min(pattern.length, never.path.length);
    const along = pattern.slice(0, length).every((node, i) => matches(node, never.path[i] ?? ''));
    return along && (never.actions & actions) !== 0;
  });
}

/** All actions that are needed at a node or beneath it. */
export function actionsWithin(node: NeedNode): ActionMask {
  return unionOf([node.self, node.region, ...[...node.children.values()].map(actionsWithin)]);
}

/** Adds the needs of one node to another that replaces it. */
export function mergeInto(target: NeedNode, source: NeedNode): void {
  target.self = union(target.self, source.self);
  target.region = union(target.region, source.region);
  target.members += Math.max(1, source.members);
  if (source.kind === 'file' && source.self !== 0) target.kind = 'file';
  for (const [cause, actions] of source.causes) addCause(target, cause, actions);
  for (const child of source.children.values()) {
    const into = childOf(target, child.name, child.glob);
    const members = into.members;
    mergeInto(into, child);
    into.members = child.glob ? Math.max(members, into.members) : 0;
  }
}
