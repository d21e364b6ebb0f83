/**
 * Runs the programs of a task: `fs_walk` over a walk, `fs_pick` on an object, `fs_get` on an object that the task will hold.
 * The engine's runner has the cookies of the sessions. When a trace listener is set, the programs run one by one in the
 * interpreter, and the cookies are copied out of the runner and back.
 *
 * The functions return whether all programs allowed. A denial is noted in `task.denial`.
 */
import { NO_ACTIONS, type ActionMask } from '../../abi/actions.js';
import { LOOKUP, type HookName, type Lookup } from '../../abi/hooks.js';
import type {
  BatchRequest,
  HookContext,
  HookRunner,
  Observer,
  Runnable,
  RunList,
  SessionIndex,
} from '../engine/types.js';
import type { Walk } from './namei.js';
import type { Task } from './task.js';
import type { EngineEvent } from './trace.js';

export type { SessionIndex } from '../engine/types.js';

/** The event that a program runs on. */
interface Occasion {
  readonly hook: HookName;
  readonly object: number;
  readonly lookup: Lookup;
  readonly triggers: ActionMask;
}

function runnerOf(task: Task): HookRunner {
  const { set, kernel } = task;
  set.runner ??= kernel.engine.runnerOf(set, kernel.tags);
  return set.runner;
}

/** Opens a session and runs `fs_walk` over the directories of a walk. */
export function runWalk(task: Task, walk: Walk, session: SessionIndex): boolean {
  if (task.set.size === 0) return true;
  task.kernel.engine.fault = undefined;
  if (task.set.walk.length === 0 || task.kernel.trace !== undefined) {
    runnerOf(task).open(session);
    return task.set.walk.length === 0 || runWalkTraced(task, walk, session);
  }
  const denied = runnerOf(task).walk(session, walk);
  return denied === undefined || denyStep(task, denied, walk.steps[runnerOf(task).stoppedAt] as number);
}

function runWalkTraced(task: Task, walk: Walk, session: SessionIndex): boolean {
  return walk.steps.every((step, i) =>
    runTraced(task, task.set.walk, session, walk.names[i] ?? '', occasionOfStep(step)),
  );
}

function occasionOfStep(step: number): Occasion {
  return { hook: 'fs_walk', object: step >> 2, lookup: (step & 3) as Lookup, triggers: NO_ACTIONS };
}

function denyStep(task: Task, by: Runnable, step: number): false {
  return deny(task, by, occasionOfStep(step));
}

/** Runs `fs_walk` on one more directory of the session. */
export function runWalkStep(
  task: Task,
  inode: number,
  lookup: Lookup,
  session: SessionIndex,
  name: string,
): boolean {
  if (task.set.walk.length === 0) return true;
  const step = inode * 4 + lookup;
  if (task.kernel.trace !== undefined)
    return runTraced(task, task.set.walk, session, name, occasionOfStep(step));
  const denied = runnerOf(task).step(session, step);
  return denied === undefined || denyStep(task, denied, step);
}

/** Runs `fs_pick` on the object of a request, in the session that led to it. `name` is for traces. */
export function runPick(
  task: Task,
  triggers: ActionMask,
  inode: number,
  lookup: Lookup,
  session: SessionIndex,
  name: string,
): boolean {
  task.kernel.asked?.(triggers, inode, false);
  return judge(task, triggers, inode, lookup, session, name);
}

function judge(
  task: Task,
  triggers: ActionMask,
  inode: number,
  lookup: Lookup,
  session: SessionIndex,
  name: string,
): boolean {
  const { set, kernel } = task;
  if (set.picks.length === 0) return true;
  const occasion = (): Occasion => ({ hook: 'fs_pick', object: inode, lookup, triggers });
  if (kernel.trace !== undefined) return runTraced(task, set.pick(triggers), session, name, occasion());
  const denied = runnerOf(task).pick(session, triggers, inode, lookup);
  return denied === undefined || deny(task, denied, occasion());
}

/** Runs `fs_pick` on an open file, which has no session: with cookie 0 and lookup `normal`. */
export function runPickFresh(task: Task, triggers: ActionMask, inode: number): boolean {
  task.kernel.asked?.(triggers, inode, true);
  if (task.set.size === 0) return true;
  runnerOf(task).open(0);
  task.kernel.engine.fault = undefined;
  return judge(task, triggers, inode, LOOKUP.NORMAL, 0, '');
}

/** Runs `fs_get` on an object that the task will hold. Programs can read the cookie, but a change of it is dropped. */
export function runGet(task: Task, inode: number, session: SessionIndex, name: string): boolean {
  const { set, kernel } = task;
  if (set.get.length === 0) return true;
  const occasion = (): Occasion => ({
    hook: 'fs_get',
    object: inode,
    lookup: LOOKUP.NORMAL,
    triggers: NO_ACTIONS,
  });
  if (kernel.trace !== undefined) return runTraced(task, set.get, session, name, occasion());
  const denied = runnerOf(task).get(session, inode);
  return denied === undefined || deny(task, denied, occasion());
}

/** Returns for each of many requests whether it is allowed. Each has its own session. Denials are not noted. */
export function runBatch(task: Task, requests: readonly BatchRequest[]): readonly boolean[] {
  return task.set.size === 0 ? requests.map(() => true) : runnerOf(task).batch(requests);
}

/** Runs a list of programs in the interpreter and reports each run to the trace listener. */
function runTraced(
  task: Task,
  list: RunList,
  session: SessionIndex,
  name: string,
  occasion: Occasion,
): boolean {
  const runner = runnerOf(task);
  const cookies = new Int32Array(2 * task.set.size);
  runner.save(session, cookies);
  for (const entry of list) if (!runOneTraced(task, entry, cookies, name, occasion)) return false;
  runner.restore(session, cookies);
  return true;
}

function runOneTraced(
  task: Task,
  entry: Runnable,
  cookies: Int32Array,
  name: string,
  occasion: Occasion,
): boolean {
  const { kernel } = task;
  const { hook, object, lookup, triggers } = occasion;
  const at = 2 * entry.slot;
  const before = { lo: cookies[at] as number, hi: cookies[at + 1] as number };
  const { chain } = entry;
  const context: HookContext = { cookieLo: before.lo, cookieHi: before.hi, chain, object, lookup };
  const events: EngineEvent[] = [];
  const verdict = kernel.engine.run(entry.program, context, kernel.tags, recorder(events));
  const after = hook === 'fs_get' ? before : { lo: context.cookieLo, hi: context.cookieHi };
  kernel.trace?.ran({
    task: task.id,
    hook,
    program: entry.program.name,
    chain,
    inode: object,
    name,
    lookup,
    triggers,
    before,
    after,
    verdict,
    fault: verdict === 0 ? undefined : kernel.engine.fault,
    events,
  });
  if (verdict !== 0) return deny(task, entry, occasion);
  cookies[at] = after.lo;
  cookies[at + 1] = after.hi;
  return true;
}

function recorder(events: EngineEvent[]): Observer {
  return {
    readContext: (field) => events.push({ kind: 'readContext', field }),
    mapLookup: (map, inode, hit, lo, hi) => events.push({ kind: 'mapLookup', map, inode, hit, lo, hi }),
    getTag: (inode, lo, hi) => events.push({ kind: 'getTag', inode, lo, hi }),
    setTag: (inode, lo, hi) => events.push({ kind: 'setTag', inode, lo, hi }),
  };
}

/** Notes a denial in the task and returns false. */
function deny(task: Task, by: Runnable, { hook, object, lookup, triggers }: Occasion): false {
  task.denial = {
    hook,
    program: by.program.name,
    chain: by.chain,
    inode: object,
    lookup,
    triggers,
    fault: task.kernel.engine.fault,
  };
  return false;
}
