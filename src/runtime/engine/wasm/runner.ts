/**
 * A runner that compiles a set of programs. It gives the same answers as the interpreter's runner, with one call into
 * the module for each hook.
 *
 * A session consists of the contexts of the chains in linear memory, so programs read and write the cookies in place.
 * All programs are verified, because `loadProgram` is the only source of a `LoadedProgram`.
 */
import type {
  BatchRequest,
  HookPrograms,
  HookRunner,
  KeptSession,
  MirroredTags,
  Runnable,
  SessionIndex,
  Steps,
} from '../types.js';
import { isAllowed } from '../interpreter-runner.js';
import type { InodeTable } from '../maps.js';
import { wasm } from './api.js';
import { importedHelpers } from './imports.js';
import { CONTEXT, CONTEXT_SIZE, MAX_STEPS, REQUEST, STEPS, STOPPED_AT } from './layout.js';
import { allocate, linearMemory, own, release } from './linear.js';
import type { LinearMemory } from './linear.js';
import { placeMap } from './place.js';
import { TAGS_GLOBAL, mapGlobal, moduleOf, shapeOf } from './set-module.js';
import type { SetShape } from './set-module.js';
import { createTagTable } from './tag-table.js';
import type { TagTable } from './tag-table.js';

interface Exports {
  walk(context: number, step: number, end: number): number;
  pick(context: number, triggers: number, object: number, lookup: number): number;
  get(context: number, object: number): number;
  batch(context: number, request: number, end: number): number;
}

const tables = new WeakMap<MirroredTags, TagTable>();

/** The copy of the tags in linear memory, shared by all sets of a kernel. */
function tagTable(linear: LinearMemory, tags: MirroredTags): TagTable {
  const kept = tables.get(tags);
  if (kept !== undefined) return kept;
  const table = createTagTable(linear);
  tags.mirrorTo(table);
  tables.set(tags, table);
  return table;
}

/** Compiles a set; undefined if linear memory has no room for its maps and sessions. */
export function createWasmRunner(programs: HookPrograms, tags: MirroredTags): HookRunner | undefined {
  const linear = linearMemory();
  const shape = shapeOf(programs);
  const exports = instantiate(linear, shape, tags);
  const size = 2 * shape.chains * CONTEXT_SIZE;
  const sessions = exports === undefined ? undefined : allocate(linear, size);
  if (exports === undefined || sessions === undefined) return undefined;
  writeChains(linear, shape, sessions);
  const runner = newRunner(linear, exports, shape, sessions, tags);
  own(runner, [{ address: sessions, size }]);
  return runner;
}

function instantiate(linear: LinearMemory, shape: SetShape, tags: MirroredTags): Exports | undefined {
  const globals: Record<string, number> = { [TAGS_GLOBAL]: tagTable(linear, tags).descriptor };
  const maps = new Map<number, SetShape['maps'][number]>();
  for (const [index, map] of shape.maps.entries()) {
    const descriptor = placeMap(linear, map);
    if (descriptor === undefined) return undefined;
    globals[mapGlobal(index)] = descriptor;
    maps.set(descriptor, map);
  }
  const env = { ...importedHelpers(linear, maps, tags), ...globals };
  return new wasm.Instance(moduleOf(shape), { env }).exports as unknown as Exports;
}

/** Writes the chain into each context. It never changes afterwards. */
function writeChains(linear: LinearMemory, { lists, chains }: SetShape, sessions: number): void {
  for (const { chain, slot } of [...lists.walk, ...lists.picks, ...lists.get]) {
    for (const session of [0, 1]) {
      const context = sessions + (session * chains + slot) * CONTEXT_SIZE;
      linear.words[(context + CONTEXT.chain) >> 2] = chain;
    }
  }
}

function newRunner(
  linear: LinearMemory,
  exports: Exports,
  shape: SetShape,
  sessions: number,
  tags: MirroredTags,
): HookRunner {
  const { lists, chains } = shape;
  const second = sessions + chains * CONTEXT_SIZE;
  const contextOf = (session: SessionIndex): number => (session === 0 ? sessions : second);
  const { walk, pick, get } = exports;
  // The cookies of a walk depend only on tags and inode maps, unless the programs also use plain maps.
  const inodeMaps = shape.maps.filter((map) => map.kind === 'inode');
  const keeps = inodeMaps.length === shape.maps.length;
  const versionNow = (): number => {
    let sum = tags.version;
    for (let i = 0; i < inodeMaps.length; i++) sum += (inodeMaps[i] as InodeTable).version;
    return sum;
  };

  function open(session: SessionIndex): void {
    const { words } = linear;
    let at = contextOf(session) >> 2;
    for (let slot = 0; slot < chains; slot++, at += CONTEXT_SIZE / 4) {
      words[at] = 0;
      words[at + 1] = 0;
    }
  }

  function walkSteps(session: SessionIndex, steps: readonly number[]): Runnable | undefined {
    const { words } = linear;
    const count = steps.length;
    for (let from = 0; from < count; from += MAX_STEPS) {
      const length = Math.min(count - from, MAX_STEPS);
      for (let i = 0; i < length; i++) words[STEPS / 4 + i] = steps[from + i] as number;
      const result = walk(contextOf(session), STEPS, STEPS + 4 * length);
      if (result === 0) continue;
      runner.stoppedAt = from + (((words[STOPPED_AT / 4] as number) - STEPS) >> 2);
      return lists.walk[result - 1];
    }
    return undefined;
  }

  /** Keeps the cookies of a walk that is made for the second time. The first time, only the version is recorded. */
  function keep(session: SessionIndex, way: Steps, kept: KeptSession | undefined, version: number): void {
    if (kept === undefined) {
      way.kept = { runner, version, cookies: undefined };
    } else if (kept.version === version) {
      kept.cookies = new Int32Array(2 * chains);
      runner.save(session, kept.cookies);
    } else {
      kept.version = version;
      kept.cookies = undefined;
    }
  }

  const runner: HookRunner & { stoppedAt: number } = {
    counts: false,
    stoppedAt: 0,
    open,
    walk(session, way) {
      const version = versionNow();
      const kept = way.kept?.runner === runner ? way.kept : undefined;
      if (kept?.version === version && kept.cookies !== undefined) {
        runner.restore(session, kept.cookies);
        return undefined;
      }
      open(session);
      const denied = walkSteps(session, way.steps);
      if (denied === undefined && keeps) keep(session, way, kept, version);
      return denied;
    },
    step: (session, step) => walkSteps(session, [step]),
    pick(session, triggers, object, lookup) {
      const result = pick(contextOf(session), triggers, object, lookup);
      return result === 0 ? undefined : lists.picks[result - 1];
    },
    get(session, object) {
      const result = get(contextOf(session), object);
      return result === 0 ? undefined : lists.get[result - 1];
    },
    save(session, cookies) {
      const at = contextOf(session) >> 2;
      for (let i = 0; i < cookies.length; i++) cookies[i] = linear.words[cookieWord(at, i)] as number;
    },
    restore(session, cookies) {
      const at = contextOf(session) >> 2;
      for (let i = 0; i < cookies.length; i++) linear.words[cookieWord(at, i)] = cookies[i] as number;
    },
    batch: (requests) => {
      const together = runBatch(linear, exports, sessions, requests);
      return together ?? requests.map((request) => isAllowed(runner, request));
    },
  };
  return runner;
}

/** The word index of half `i` of the cookies, in a session that starts at word `at`. */
const cookieWord = (at: number, i: number): number => at + (i >> 1) * (CONTEXT_SIZE / 4) + (i & 1);

/** Whether each request is allowed; undefined if linear memory has no room for all requests at once. */
function runBatch(
  linear: LinearMemory,
  exports: Exports,
  context: number,
  requests: readonly BatchRequest[],
): readonly boolean[] | undefined {
  const steps = requests.reduce((sum, r) => sum + r.steps.length, 0);
  const size = requests.length * REQUEST.size + steps * 4;
  const first = allocate(linear, size);
  if (first === undefined) return undefined;
  const { words } = linear;
  const end = first + requests.length * REQUEST.size;
  let step = end;
  for (const [i, request] of requests.entries()) {
    const stepsEnd = step + 4 * request.steps.length;
    const row = [step, stepsEnd, request.triggers, request.object, request.lookup];
    words.set(row, (first + i * REQUEST.size) >> 2);
    words.set(request.steps, step >> 2);
    step = stepsEnd;
  }
  exports.batch(context, first, end);
  const verdicts = requests.map((_, i) => words[(first + i * REQUEST.size + REQUEST.verdict) >> 2] === 0);
  release(linear, first, size);
  return verdicts;
}
