/**
 * Reconstructs the tree on which a program ran, while its calls are made on the kernel model.
 *
 * Input: calls in order, and what each shows about objects that are not known yet. Output: the tree as it was at the
 * beginning, and every request of the model. Invariant: only the kernel model decides what a call requests. If a call
 * shows that an object is of another kind than assumed, this is kept as evidence and all calls are made again. Evidence
 * only grows, so a few rounds are enough.
 */
import type { ActionMask } from '../../abi/actions.js';
import { createEngine } from '../../runtime/engine/engine.js';
import { ancestry } from '../../runtime/kernel/resolve.js';
import { MODE, walkPath } from '../../runtime/kernel/namei.js';
import { Kernel, newTask, type Task } from '../../runtime/kernel/task.js';
import {
  addEntry,
  newInode,
  Vfs,
  type Inode,
  type Location,
  type TreeChange,
} from '../../runtime/kernel/vfs.js';
import { addNumber, addTask, type Labels } from '../../runtime/scenario/labels.js';
import { callOf, type MadeCall } from '../../runtime/scenario/calls.js';
import type { ScenarioStep, TreeItem } from '../../runtime/scenario/types.js';
import type { Asked, TraceOrigin } from './facts.js';
import { notePlace, type Places } from './places.js';
import { pathText } from './facts.js';

export type Kind =
  | { readonly kind: 'dir' }
  | { readonly kind: 'file'; readonly interpreter?: string | undefined }
  | { readonly kind: 'link'; readonly target: string };

/** A request whose line is not known yet. */
type Unplaced = Omit<Asked, 'origin'>;

/** Returns the kind of an object by its path; undefined if it is not known. */
export type KindLookup = (path: string) => Kind | undefined;

export interface Evidence {
  readonly kinds: Map<string, Kind>;
  /** True if evidence was added in this round. */
  grown: boolean;
  /** Set while a call is only tried: no evidence is added. */
  readonly fixed?: true;
}

export interface Live {
  readonly vfs: Vfs;
  readonly kernel: Kernel;
  readonly labels: Labels;
  readonly evidence: Evidence;
  readonly lookup: KindLookup;
  /** The tree at the beginning. */
  readonly tree: TreeItem[];
  /** The paths of the tree at the beginning. */
  readonly taken: Set<string>;
  /** By inode number: its path at the beginning. */
  readonly initial: Map<number, readonly string[]>;
  /** Paths that are assumed to be files, because no call has shown their kind. */
  readonly guessed: Set<string>;
  /**
   * The directories with a name of each inode that is not a directory; after the last name is gone, the last directory.
   */
  readonly places: Places;
  /**
   * The requests since the last call began. Their paths are computed at once, as the call may move or remove the
   * object.
   */
  readonly pending: Unplaced[];
  /** The changes of names while a call is only tried (`trial.ts`). */
  journal: TreeChange[] | undefined;
}

export function newLive(evidence: Evidence, lookup: KindLookup): Live {
  const vfs = new Vfs();
  return liveOn(vfs, evidence, lookup);
}

/** Like `newLive`, on a known tree. */
export function liveOn(vfs: Vfs, evidence: Evidence, lookup: KindLookup): Live {
  const kernel = new Kernel(vfs, createEngine());
  const labels: Labels = { tasks: new Map(), numbers: new Map() };
  const live: Live = {
    vfs,
    kernel,
    labels,
    evidence,
    lookup,
    tree: [],
    taken: new Set(),
    initial: new Map([[vfs.root.ino, []]]),
    guessed: new Set(),
    places: new Map(),
    pending: [],
    journal: undefined,
  };
  kernel.asked = (triggers, inode, fresh) => live.pending.push(...needsOf(live, triggers, inode, fresh));
  noteInitial(live, vfs.root, []);
  vfs.changed = (change) => {
    live.journal?.push(change);
    notePlace(live.places, change);
  };
  addTask(labels, 'main', newTask(kernel));
  return live;
}

function noteInitial(live: Live, dir: Inode, path: readonly string[]): void {
  for (const [name, inode] of dir.entries ?? []) {
    const names = [...path, name];
    if (!live.initial.has(inode.ino)) live.initial.set(inode.ino, names);
    if (inode.kind === 'dir') noteInitial(live, inode, names);
    else live.places.set(inode.ino, [...(live.places.get(inode.ino) ?? []), dir]);
  }
}

/** Makes one call. */
export function makeCall(live: Live, step: ScenarioStep): MadeCall {
  const task = taskOf(live, step.task ?? 'main');
  live.pending.length = 0;
  const made = callOf(step).make(task, step, live.labels);
  if (step.as !== undefined && made.child !== undefined) addTask(live.labels, step.as, made.child, task);
  if (step.as !== undefined && made.numbered !== undefined)
    addNumber(live.labels, made.owner ?? task, step.as, made.numbered);
  return made;
}

export function taskOf(live: Live, label: string): Task {
  const task = live.labels.tasks.get(label);
  if (task === undefined) throw new Error(`task ${label} was made`);
  return task;
}

/** Removes and returns the requests of the last call. */
export function takeAsked(live: Live, origin: TraceOrigin): Asked[] {
  return live.pending.splice(0).map((asked) => ({ ...asked, origin }));
}

function needsOf(live: Live, actions: ActionMask, ino: number, fresh: boolean): Unplaced[] {
  const inode = live.vfs.inodes[ino];
  if (inode === undefined) return [];
  const kind = inode.kind === 'dir' ? 'dir' : 'file';
  const path = live.initial.get(ino);
  const dirs = directoriesOf(live, inode);
  const at = dirs[0];
  const object = path !== undefined && (at === undefined || fresh) ? path : currentPath(live, inode, at);
  const base = { kind, actions, object } as const;
  if (path === undefined)
    return regions(live, dirs).map((dir) => ({ ...base, part: 'region', path: dir, why: 'new' }));
  if (inode.kind === 'symlink') return [{ ...base, part: 'region', path: path.slice(0, -1), why: 'link' }];
  const named: Unplaced = { ...base, part: 'self', path, why: 'named' };
  const moved =
    !fresh && at !== undefined && live.initial.get(at.ino)?.join('/') !== path.slice(0, -1).join('/');
  // The object has been moved. If no scope names it, the rules of its present directory apply.
  return moved && path.length > 0
    ? [
        named,
        ...regions(live, dirs).map((dir): Unplaced => ({ ...base, part: 'region', path: dir, why: 'new' })),
      ]
    : [named];
}

function currentPath(live: Live, inode: Inode, dir: Inode | undefined): readonly string[] {
  if (inode === live.vfs.root || dir === undefined) return live.initial.get(inode.ino) ?? [];
  const { names } = ancestry(live.vfs, { mount: live.vfs.rootMount, inode: dir });
  const name = [...(dir.entries ?? [])].find(([, child]) => child === inode)?.[0];
  return [...names, name ?? `#${inode.ino}`];
}

/** For each directory, the nearest one at or above it that existed at the beginning. */
function regions(live: Live, dirs: readonly Inode[]): (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const dir of dirs) {
    let at = dir;
    while (!live.initial.has(at.ino) && at.parent !== undefined && at.parent !== at) at = at.parent;
    const path = live.initial.get(at.ino) ?? [];
    found.set(pathText(path), path);
  }
  return [...found.values()];
}

/** The directories that have a name of an inode; if it has no name any more, the last that had one. */
function directoriesOf(live: Live, inode: Inode): readonly Inode[] {
  if (inode.kind === 'dir') return inode.parent === undefined ? [] : [inode.parent];
  return live.places.get(inode.ino) ?? [];
}

/** What a call shows about an object. */
export interface Shown {
  readonly want: 'dir' | 'file' | 'any' | 'link';
  readonly follow: boolean;
  /** The target of a link, if known. */
  readonly target?: string | undefined;
}

const MAX_DEPTH = 40;

/**
 * Adds to the tree the objects that a successful call has shown to exist. Returns undefined if an object of another
 * kind is in the way; this is then added to the evidence.
 */
export function ensure(
  live: Live,
  task: Task,
  start: Location,
  path: string,
  shown: Shown,
  depth = 0,
): Location | undefined {
  let at = path.startsWith('/') ? task.root : start;
  const parts = path.split('/').filter((part) => part !== '');
  const wantsDir = shown.want === 'dir' || path.endsWith('/');
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const want = last && !wantsDir ? shown : ({ want: 'dir', follow: true } as const);
    const next = ensureName(
      live,
      task,
      at,
      part,
      last && wantsDir ? { want: 'dir', follow: shown.follow } : want,
      depth,
    );
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

function ensureName(
  live: Live,
  task: Task,
  dir: Location,
  name: string,
  shown: Shown,
  depth: number,
): Location | undefined {
  if (!isNamed(live, task, dir, name)) addInitial(live, dir.inode, name, shown);
  const walk = walkPath(live.vfs, task.root, dir, name, MODE.NOFOLLOW);
  const { inode, mount } = walk;
  if (inode === undefined || mount === undefined) return undefined;
  if (inode.kind === 'symlink' && (shown.follow || shown.want === 'dir')) {
    if (depth > MAX_DEPTH) return undefined;
    const want = shown.want === 'link' ? 'any' : shown.want;
    return ensure(live, task, dir, inode.target, { want, follow: true }, depth + 1);
  }
  if (contradicts(inode, shown)) learn(live, inode, shown);
  else if (shown.want !== 'any') noteShown(live, inode);
  return shown.want === 'dir' && inode.kind !== 'dir' ? undefined : { mount, inode };
}

/** Records that a call has shown the kind of an object. */
export function noteShown(live: Live, inode: Inode): void {
  const path = live.initial.get(inode.ino);
  if (path !== undefined) live.guessed.delete(pathText(path));
}

function isNamed(live: Live, task: Task, dir: Location, name: string): boolean {
  return walkPath(live.vfs, task.root, dir, name, MODE.NOFOLLOW).errno === undefined;
}

function contradicts(inode: Inode, { want, target }: Shown): boolean {
  if (want === 'any') return false;
  if (want === 'link') return inode.kind !== 'symlink' || (target !== undefined && inode.target !== target);
  return want === 'dir' ? inode.kind !== 'dir' : inode.kind === 'dir';
}

/**
 * Adds evidence about an object that existed at the beginning. The kind of an object that the program created is known.
 */
function learn(live: Live, inode: Inode, { want, target }: Shown): void {
  const path = live.initial.get(inode.ino);
  if (path === undefined || path.length === 0) return;
  if (want === 'link')
    note(live, pathText(path), target === undefined ? undefined : { kind: 'link', target });
  else if (want === 'dir') note(live, pathText(path), { kind: 'dir' });
}

/** Adds evidence. It does not replace a link by a directory, because the link may lead to a directory. */
export function note(live: Live, path: string, kind: Kind | undefined): void {
  const known = live.evidence.kinds.get(path);
  if (live.evidence.fixed === true || kind === undefined || (known?.kind === 'link' && kind.kind !== 'link'))
    return;
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(kind)) return;
  live.evidence.kinds.set(path, kind);
  live.evidence.grown = true;
}

function addInitial(live: Live, dir: Inode, name: string, shown: Shown): void {
  if (dir.entries === undefined || name === '.' || name === '..') return;
  const above = live.initial.get(dir.ino);
  const path = above === undefined ? undefined : pathText([...above, name]);
  const known = path === undefined || live.taken.has(path) ? undefined : path;
  const sure = known === undefined ? undefined : (live.evidence.kinds.get(known) ?? live.lookup(known));
  const kind = sure ?? guess(shown);
  if (known !== undefined && sure === undefined && shown.want === 'any') live.guessed.add(known);
  const inode = newInode(
    live.vfs,
    kind.kind === 'link' ? 'symlink' : kind.kind,
    kind.kind === 'link' ? kind.target : '',
  );
  if (kind.kind === 'file') inode.interpreter = kind.interpreter;
  addEntry(live.vfs, dir, name, inode);
  if (known === undefined || above === undefined) return;
  live.taken.add(known);
  live.initial.set(inode.ino, [...above, name]);
  live.tree.push(itemOf(known, kind));
}

function guess({ want, target }: Shown): Kind {
  if (want === 'dir') return { kind: 'dir' };
  return want === 'link' && target !== undefined ? { kind: 'link', target } : { kind: 'file' };
}

export function pathOfItem(item: TreeItem): string {
  return 'dir' in item ? item.dir : 'file' in item ? item.file : 'link' in item ? item.link : '';
}

function itemOf(path: string, kind: Kind): TreeItem {
  switch (kind.kind) {
    case 'dir':
      return { dir: path };
    case 'file':
      return kind.interpreter === undefined ? { file: path } : { file: path, interpreter: kind.interpreter };
    case 'link':
      return { link: path, target: kind.target };
  }
}
