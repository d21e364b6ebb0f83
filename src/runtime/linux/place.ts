/**
 * The planner: places the rights and the denials of a grounded policy on objects, as Landlock rules, mount masks and a filter.
 *
 * Input: the grounded maps on a tree. Output: the plan. For each layer and right, from the root down: where the layer allows the
 * right on an object and on all beneath it, the object gets a rule. Where that is broken by objects that are denied, masks stop
 * them (first masks that stop nothing else, then the smallest mask). Where nothing can stop them, the right is granted on the
 * existing entries of the directory if nothing may appear in it, and else only further down.
 *
 * Invariant: a plan is never looser than the policy, except in actions that the policy accepts or that Linux cannot stop. It can
 * be stricter. Nothing here decides which of the two happened: `gaps.ts` compares the plan's model with the policy.
 */
import {
  ACTIONS,
  NO_ACTIONS,
  actionBit,
  difference,
  hasAction,
  intersection,
  maskOf,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import { FILTERED_CALLS, IO_URING_ACTIONS } from '../../abi/filtered-calls.js';
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../abi/landlock.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
  type MaskKind,
} from '../../artifact/enforcement-plan.js';
import { entriesOf, resolve } from '../kernel/resolve.js';
import { planLists, tidy, type Laid, type LaidObjects } from './plan-lists.js';
import type { PlannerInput } from './planner-input.js';
import { isAdmissible, stopsRight } from './masks.js';
import { allOf, nodesBeneath, nodesOf, type ObjectNode } from './nodes.js';
import { RIGHT_MEANINGS, underFilter, type RightMeaning } from './rights.js';

interface Planner {
  readonly input: PlannerInput;
  readonly root: ObjectNode;
  readonly laid: LaidObjects;
}

/** One right of one layer. */
interface RightTask {
  readonly planner: Planner;
  readonly index: number;
  readonly accepted: ActionMask;
  readonly meaning: RightMeaning;
}

/** Makes the plan of a grounded policy. `leastAbi` is the machine's: whoever decides the gaps can lower it. */
export function planOn(input: PlannerInput): EnforcementPlan {
  const { policy, layers, machine, vfs } = input;
  const root = nodesOf(
    layers.map((l) => l.map),
    vfs,
    input.otherPathsOf,
  );
  const planner: Planner = { input, root, laid: new Map() };
  const filter = filterFor(root);
  const filtered = maskOf(...(filter?.actions ?? []));
  const meanings = RIGHT_MEANINGS.filter(({ right }) => sinceOf(right) <= machine.abi).map((m) =>
    underFilter(m, filtered),
  );
  const whole = layers.map(({ accepted }, index) =>
    meanings.filter((meaning) => place({ planner, index, accepted, meaning }, root)).map((m) => m.right),
  );
  if (machine.masks) stopMapping(planner, root);
  tidy(planner.laid);
  return {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    policy,
    machine,
    leastAbi: machine.abi,
    ...planLists(planner.laid, input, whole),
    ...(filter && { filter }),
  };
}

function sinceOf(right: LandlockRight): number {
  return LANDLOCK_RIGHTS.find((r) => r.name === right)?.since ?? Infinity;
}

/** Returns the filter: the actions of the table that no object allows. */
function filterFor(root: ObjectNode): EnforcementPlan['filter'] {
  const allowed = union(root.allowed, root.allowedBeneath);
  const actions = ACTIONS.filter(
    (name) => FILTERED_CALLS[name] !== undefined && !hasAction(allowed, actionBit(name)),
  );
  if (actions.length === 0) return undefined;
  return { actions, ioUring: actions.some((name) => IO_URING_ACTIONS.includes(name)) };
}

/**
 * Places one right of one layer on a node and beneath it. Returns whether the node itself got the rule.
 */
function place(task: RightTask, node: ObjectNode): boolean {
  if (node.kind === 'file') {
    if (task.meaning.on === 'file' && lackOnSelf(task, node) === 0) grant(task, node);
    return false;
  }
  const region = isFine(task, lackInRegion(task, node));
  const whole = region && isFine(task, lackOnSelf(task, node));
  const masks = whole ? masksFor(task, node) : undefined;
  if (masks !== undefined) {
    grant(task, node);
    for (const { on, kind } of masks) mask(task.planner, on, kind);
    return true;
  }
  if (region && nothingAppearsIn(node)) grantOnEntries(task, node);
  for (const child of node.children) place(task, child);
  return false;
}

/** Returns whether a right may be granted where these actions are denied: none, or only such that come with it and are accepted. */
function isFine({ meaning, accepted }: RightTask, lack: ActionMask): boolean {
  const essential = union(meaning.needs, meaning.needsOfDirectory);
  return intersection(lack, essential) === 0 && difference(lack, accepted) === 0;
}

function lacking({ needs, brings }: RightMeaning, allowed: ActionMask): ActionMask {
  return difference(union(needs, brings), allowed);
}

/** Returns the actions of the right that the layer denies on the node, if the right decides on the node itself. */
function lackOnSelf({ meaning, index }: RightTask, node: ObjectNode): ActionMask {
  const allowed = node.self[index] ?? NO_ACTIONS;
  if (meaning.on === 'entries')
    return node.kind === 'dir' ? difference(meaning.needsOfDirectory, allowed) : NO_ACTIONS;
  return meaning.on === node.kind ? lacking(meaning, allowed) : NO_ACTIONS;
}

/** Returns the actions of the right that the layer denies on the objects beneath a directory that no scope names. */
function lackInRegion({ meaning, index }: RightTask, node: ObjectNode): ActionMask {
  if (node.kind === 'file') return NO_ACTIONS;
  const allowed = node.below[index] ?? NO_ACTIONS;
  return union(lacking(meaning, allowed), difference(meaning.needsOfDirectory, allowed));
}

/** Returns the actions of the right that the layer denies on the node as an entry of its directory. */
function lackAsEntry({ meaning, index }: RightTask, node: ObjectNode): ActionMask {
  if (meaning.on !== 'entries' || (meaning.entry !== 'any' && meaning.entry !== node.kind)) return NO_ACTIONS;
  return lacking(meaning, node.self[index] ?? NO_ACTIONS);
}

interface MaskOn {
  readonly on: ObjectNode;
  readonly kind: MaskKind;
}

/** Returns the masks with which a rule on the node allows nothing that is denied beneath it; undefined when there are none. */
function masksFor(task: RightTask, node: ObjectNode): readonly MaskOn[] | undefined {
  const masks: MaskOn[] = [];
  for (const inner of nodesBeneath(node)) {
    if (inner === node) continue;
    const inside = union(lackOnSelf(task, inner), lackInRegion(task, inner));
    for (const [lack, asEntry] of [
      [lackAsEntry(task, inner), true],
      [inside, false],
    ] as const) {
      if (lack === 0) continue;
      const found = maskAgainst(task, node, inner, lack, asEntry);
      if (found === undefined) return undefined;
      if (found !== 'accepted') masks.push(found);
    }
  }
  return masks;
}

/**
 * Returns a mask that stops the right on `inner`, under a rule on `node`: one that stops only what is denied; else `accepted` if the
 * denial may stay unenforced; else the smallest mask on `inner`, even where scopes allow something beneath it: without the mask the
 * right would be lost on all of `node`. Undefined when there is none.
 */
function maskAgainst(
  task: RightTask,
  node: ObjectNode,
  inner: ObjectNode,
  lack: ActionMask,
  asEntry: boolean,
): MaskOn | 'accepted' | undefined {
  const { right } = task.meaning;
  const stops = (kind: MaskKind, on: ObjectNode): boolean =>
    stopsRight(kind, right) || (asEntry && on === inner);
  const { masks } = task.planner.input.machine;
  const way = masks ? wayDown(node, inner) : [];
  for (const kind of SMALLEST_FIRST) {
    const on = way.find((x) => stops(kind, x) && isAdmissible(kind, x));
    if (on !== undefined) return { on, kind };
  }
  if (difference(lack, task.accepted) === 0) return 'accepted';
  if (!masks) return undefined;
  const kind = SMALLEST_FIRST.find((k) => stops(k, inner));
  return kind && { on: inner, kind };
}

const SMALLEST_FIRST: readonly MaskKind[] = ['pin', 'noexec', 'ro', 'hide'];

/** Returns the nodes from beneath `node` down to `inner`. */
function wayDown(node: ObjectNode, inner: ObjectNode): ObjectNode[] {
  const way: ObjectNode[] = [];
  for (let at: ObjectNode | undefined = inner; at !== undefined && at !== node; at = at.parent)
    way.unshift(at);
  return way;
}

const APPEARANCES = maskOf('create', 'renameto', 'linkto');

/** Returns whether all layers together let nothing appear in a directory. */
function nothingAppearsIn(node: ObjectNode): boolean {
  return intersection(node.allowed, APPEARANCES) === 0;
}

/** Grants the right on each existing entry of a directory that no scope names. */
function grantOnEntries(task: RightTask, node: ObjectNode): void {
  const { vfs } = task.planner.input;
  const found = resolve(vfs, node.path, false);
  if (!found.ok) return;
  const named = new Set(node.children.map((c) => c.inode));
  const onDirectory = LANDLOCK_RIGHTS.find((r) => r.name === task.meaning.right)?.on === 'dir';
  for (const [name, { inode }] of entriesOf(found.location)) {
    if (named.has(inode) || inode.kind === 'symlink' || (onDirectory && inode.kind !== 'dir')) continue;
    const kind = inode.kind === 'dir' ? 'dir' : 'file';
    grant(task, { path: `${node.path === '/' ? '' : node.path}/${name}`, inode, kind });
  }
}

/**
 * Stops the execution of files that may be read and not executed, beneath a node: for `mmap` with PROT_EXEC and for a file that the
 * dynamic loader runs, Landlock asks only the right to read. The masks go on the highest nodes beneath which nothing may be executed.
 */
function stopMapping(planner: Planner, node: ObjectNode): void {
  if (!isSomewhere(node, READABLE)) return;
  const executable = isSomewhere(node, EXECUTABLE);
  const wanted = isAdmissible('noexec', node) || !isAccepted(planner, EXECUTE);
  if (!executable && node.path !== '/' && wanted) return mask(planner, node, 'noexec');
  for (const child of node.children) stopMapping(planner, child);
}

const EXECUTE = maskOf('execute');
const READABLE = maskOf('open', 'read');
const EXECUTABLE = maskOf('open', 'execute');

/** Returns whether all layers allow these actions on a file at the node or beneath it. */
function isSomewhere(node: ObjectNode, actions: ActionMask): boolean {
  for (const { kind, allowed, below } of nodesBeneath(node)) {
    const onFiles = kind === 'file' ? allowed : allOf(below);
    if (intersection(onFiles, actions) === actions) return true;
  }
  return false;
}

/** Returns whether the denial of these actions may stay unenforced in every layer. */
function isAccepted({ input }: Planner, actions: ActionMask): boolean {
  return input.layers.every(({ accepted }) => difference(actions, accepted) === 0);
}

type GrantTarget = Pick<ObjectNode, 'path' | 'inode' | 'kind'>;

function grant({ planner, index, meaning }: RightTask, on: GrantTarget): void {
  laidOn(planner, on).rights[index]?.add(meaning.right);
}

function mask(planner: Planner, on: GrantTarget, kind: MaskKind): void {
  laidOn(planner, on).masks.add(kind);
}

function laidOn({ laid, input }: Planner, { path, inode, kind }: GrantTarget): Laid {
  const known = laid.get(path);
  if (known !== undefined) return known;
  const made = {
    kind,
    inode,
    masks: new Set<MaskKind>(),
    rights: input.layers.map(() => new Set<LandlockRight>()),
  };
  laid.set(path, made);
  return made;
}
