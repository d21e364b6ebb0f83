/** Runs the same calls under one policy on one tree, with the chain on the kernel model and with the reference evaluator. */
import { actionBit, type ActionName } from '../../src/abi/actions.js';
import { MAP_PRIVATE, O, PROT } from '../../src/runtime/kernel/errno.js';
import {
  chdir,
  chroot,
  close,
  fchdir,
  fcntl,
  flock,
  ioctl,
  mmap,
  open,
  receive,
  request,
} from '../../src/runtime/kernel/syscalls/index.js';
import { fork, type CallResult, type Task } from '../../src/runtime/kernel/task.js';
import { may, regionAt, requestReference, walkReference, type From, type Grounding } from './reference.js';
import {
  allPositions,
  rootPosition,
  topOf,
  type Entry,
  type Node,
  type Position,
  type Tree,
} from './reference-tree.js';
import { spell, type Call } from './arbitrary.js';

export interface World {
  readonly tree: Tree;
  readonly entries: readonly Entry[];
  readonly layers: readonly Grounding[];
  readonly actors: Actor[];
  /** Objects outside the map that are seen at places with different rights: a tag holds one of them only. */
  readonly ambiguous: ReadonlySet<Node>;
}

/** A task, and where the reference believes it to be. */
interface Actor {
  readonly task: Task;
  root: Position;
  cwd: Position;
  files: readonly Opened[];
}

interface Opened {
  readonly fd: number;
  readonly position: Position;
}

export interface Count {
  cases: number;
  policies: number;
  refused: number;
  notLoaded: number;
  skipped: number;
  outcomes: Record<string, number>;
}

const MAX_ACTORS = 3;
const maskOf = (...names: ActionName[]): number =>
  names.reduce((sum, n) => sum | (1 << (actionBit(n) ?? 0)), 0);
const isDir = (position: Position): boolean => topOf(position).kind === 'dir';

export function createWorld(
  tree: Tree,
  entries: readonly Entry[],
  layers: readonly Grounding[],
  task: Task,
): World {
  const root = rootPosition(tree);
  return {
    tree,
    entries,
    layers,
    actors: [{ task, root, cwd: root, files: [] }],
    ambiguous: ambiguousNodes(tree, layers),
  };
}

/** The accepted limit of tags: what no scope names, held through two ways, has the region of the last. */
function ambiguousNodes(of: Tree, layers: readonly Grounding[]): Set<Node> {
  const regions = new Map<Node, string>();
  const ambiguous = new Set<Node>();
  for (const position of allPositions(of)) {
    const region = layers.map((g) => (g.has(topOf(position)) ? 'map' : regionAt(g, position))).join();
    const known = regions.get(topOf(position));
    if (known !== undefined && known !== region) ambiguous.add(topOf(position));
    regions.set(topOf(position), region);
  }
  return ambiguous;
}

function compare(count: Count, what: string, expected: string, actual: CallResult): void {
  count.cases++;
  count.outcomes[expected] = (count.outcomes[expected] ?? 0) + 1;
  const shown = actual.ok ? 'allow' : actual.errno;
  if (shown !== expected) throw new Error(`${what}: the reference says ${expected}, the chain ${shown}`);
}

export function makeCall(world: World, who: number, call: Call, count: Count): void {
  const actor = world.actors[who % world.actors.length] as Actor;
  switch (call.kind) {
    case 'request':
      return askFor(world, actor, call, count);
    case 'chdir':
    case 'chroot':
      return changeDirectory(world, actor, call.kind, spell(call.path, world.entries), count);
    case 'opendir':
    case 'openfile':
      return openFile(world, actor, call.kind, spell(call.path, world.entries), count);
    case 'fork':
      if (world.actors.length < MAX_ACTORS) world.actors.push({ ...actor, task: fork(actor.task) });
      return;
    default: {
      const file = actor.files[call.at % Math.max(1, actor.files.length)];
      if (file !== undefined) onFile(world, actor, call, file, count);
    }
  }
}

/** Returns whether a walk starts at a place that a tag cannot describe. Such walks are counted and left out. */
function startsAmbiguously(world: World, from: From, path: string, count: Count): boolean {
  const skip = world.ambiguous.has(topOf(path.startsWith('/') ? from.root : from.start));
  if (skip) count.skipped++;
  return skip;
}

function askFor(world: World, actor: Actor, call: Call & { kind: 'request' }, count: Count): void {
  const file = call.at < 0 ? undefined : actor.files[call.at % Math.max(1, actor.files.length)];
  const held = file !== undefined && isDir(file.position) ? file : undefined;
  const from = { root: actor.root, start: held?.position ?? actor.cwd };
  const path = spell(call.path, world.entries);
  if (startsAmbiguously(world, from, path, count)) return;
  const bit = actionBit(call.action) ?? 0;
  const expected = requestReference(world.layers, world.tree, from, bit, path);
  const actual = request(actor.task, bit, path, ...(held === undefined ? [] : [held.fd]));
  compare(count, `${call.action} ${path}`, expected, actual);
}

/** Where a path leads a task, and what it may expect of these actions there. */
function reach(
  world: World,
  actor: Actor,
  path: string,
  judge: (at: Position) => number | string,
): { readonly expected: string; readonly position: Position | undefined } {
  const walked = walkReference(world.layers, world.tree, { root: actor.root, start: actor.cwd }, path);
  if (walked.kind === 'failed') return { expected: walked.errno, position: undefined };
  const { position } = walked;
  const asked = judge(position);
  if (typeof asked === 'string') return { expected: asked, position };
  return { expected: may(world.layers, position, asked) ? 'allow' : 'EACCES', position };
}

function changeDirectory(
  world: World,
  actor: Actor,
  kind: 'chdir' | 'chroot',
  path: string,
  count: Count,
): void {
  if (startsAmbiguously(world, { root: actor.root, start: actor.cwd }, path, count)) return;
  const { expected, position } = reach(world, actor, path, (at) => (isDir(at) ? maskOf(kind) : 'ENOTDIR'));
  const actual = kind === 'chdir' ? chdir(actor.task, path) : chroot(actor.task, path);
  compare(count, `${kind} ${path}`, expected, actual);
  if (!actual.ok || position === undefined) return;
  if (kind === 'chdir') actor.cwd = position;
  else actor.root = position;
}

function openFile(
  world: World,
  actor: Actor,
  kind: 'opendir' | 'openfile',
  path: string,
  count: Count,
): void {
  if (startsAmbiguously(world, { root: actor.root, start: actor.cwd }, path, count)) return;
  const { expected, position } = reach(world, actor, path, (at) => {
    if (isDir(at)) return maskOf('open', 'readdir');
    return kind === 'opendir' ? 'ENOTDIR' : maskOf('open', 'read');
  });
  const actual = open(actor.task, path, kind === 'opendir' ? O.RDONLY | O.DIRECTORY : O.RDONLY);
  compare(count, `open ${path}`, expected, actual);
  if (actual.ok && position !== undefined) actor.files = [...actor.files, { fd: actual.fd, position }];
}

type FileCall = Extract<Call, { readonly at: number }>;

/** Calls on an open file: only the map and the tag tell the programs where it is. */
function onFile(world: World, actor: Actor, call: FileCall, file: Opened, count: Count): void {
  if (call.kind === 'close') {
    compare(count, 'close', 'allow', close(actor.task, file.fd));
    actor.files = actor.files.filter((f) => f !== file);
    return;
  }
  if (world.ambiguous.has(topOf(file.position))) {
    count.skipped++;
    return;
  }
  const judged = (mask: number): string => (may(world.layers, file.position, mask) ? 'allow' : 'EACCES');
  const { task } = actor;
  switch (call.kind) {
    case 'ioctl':
      return compare(count, 'ioctl', judged(maskOf('ioctl')), ioctl(task, file.fd));
    case 'fcntl':
      return compare(count, 'fcntl', judged(maskOf('fcntl')), fcntl(task, file.fd));
    case 'flock':
      return compare(count, 'flock', judged(maskOf('lock')), flock(task, file.fd));
    case 'mmap': {
      const mask = call.execute ? maskOf('map', 'read', 'execute') : maskOf('map', 'read');
      const prot = PROT.READ | (call.execute ? PROT.EXEC : PROT.NONE);
      const actual = mmap(task, file.fd, prot, MAP_PRIVATE);
      return compare(count, 'mmap', isDir(file.position) ? 'ENODEV' : judged(mask), actual);
    }
    case 'fchdir': {
      const actual = fchdir(task, file.fd);
      compare(count, 'fchdir', isDir(file.position) ? judged(maskOf('chdir')) : 'ENOTDIR', actual);
      if (actual.ok) actor.cwd = file.position;
      return;
    }
    case 'receive': {
      const to = world.actors.at(-1) as Actor;
      const actual = receive(to.task, task, file.fd);
      compare(count, 'receive', judged(maskOf('receive')), actual);
      if (actual.ok) to.files = [...to.files, { fd: actual.fd, position: file.position }];
      return;
    }
    case 'request':
      return;
  }
}
