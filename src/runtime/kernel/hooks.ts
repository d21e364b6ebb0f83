/**
 * Runs the programs of a task: over a walk, on an object, on what is received. All of a session's cookies are in an
 * Int32Array (two halves per chain); with one chain the cookie stays in the context for the whole walk.
 *
 * A denial is noted in `task.denial`; the functions return whether all programs allowed.
 */
import { LOOKUP, type HookName, type Lookup } from '../../abi/hooks.js';
import type { Observer } from '../engine/types.js';
import type { Walk } from './namei.js';
import type { Runnable, RunList } from './program-set.js';
import type { Task } from './task.js';
import type { EngineEvent } from './trace.js';

/** The session number: calls with two paths have two. */
export type SessionIndex = 0 | 1;

/** Opens a session and runs `fs_walk` over the directories of a walk. */
export function runWalk(task: Task, walk: Walk, session: SessionIndex): boolean {
  const list = task.set.walk;
  const cookies = task.sessions[session];
  for (let i = 0; i < cookies.length; i++) cookies[i] = 0;
  task.kernel.engine.fault = undefined;
  if (list.length === 0) return true;
  const steps = walk.steps;
  if (task.kernel.trace !== undefined) return runWalkTraced(task, walk, cookies);
  const only = list.length === 1 ? list[0] : undefined;
  if (only !== undefined) return runWalkOfOne(task, only, steps, cookies);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as number;
    if (!runList(task, list, step >> 2, (step & 3) as Lookup, 0, cookies)) return false;
  }
  return true;
}

function runWalkOfOne(task: Task, only: Runnable, steps: readonly number[], cookies: Int32Array): boolean {
  const { context, kernel } = task;
  const { engine, tags } = kernel;
  const program = only.program;
  context.cookieLo = 0;
  context.cookieHi = 0;
  context.chain = only.chain;
  context.triggers = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as number;
    context.object = step >> 2;
    context.lookup = step & 3;
    if (engine.run(program, context, tags) !== 0) return deny(task, only, 'fs_walk');
  }
  cookies[2 * only.slot] = context.cookieLo;
  cookies[2 * only.slot + 1] = context.cookieHi;
  return true;
}

function runWalkTraced(task: Task, walk: Walk, cookies: Int32Array): boolean {
  return walk.steps.every((step, i) =>
    runTraced(
      task,
      task.set.walk,
      step >> 2,
      (step & 3) as Lookup,
      0,
      cookies,
      walk.names[i] ?? '',
      'fs_walk',
    ),
  );
}

/** Runs the programs of a list on one object, each with the cookie of its chain, which it may change. */
function runList(
  task: Task,
  list: RunList,
  object: number,
  lookup: Lookup,
  triggers: number,
  cookies: Int32Array,
): boolean {
  const { context, kernel } = task;
  const { engine, tags } = kernel;
  context.object = object;
  context.lookup = lookup;
  context.triggers = triggers;
  for (let i = 0; i < list.length; i++) {
    const entry = list[i] as Runnable;
    const at = 2 * entry.slot;
    context.cookieLo = cookies[at] as number;
    context.cookieHi = cookies[at + 1] as number;
    context.chain = entry.chain;
    if (engine.run(entry.program, context, tags) !== 0)
      return deny(task, entry, triggers === 0 ? 'fs_walk' : 'fs_pick');
    cookies[at] = context.cookieLo;
    cookies[at + 1] = context.cookieHi;
  }
  return true;
}

/** `fs_walk` on one more directory of the session. */
export function runWalkStep(
  task: Task,
  inode: number,
  lookup: Lookup,
  session: SessionIndex,
  name: string,
): boolean {
  const list = task.set.walk;
  const cookies = task.sessions[session];
  if (list.length === 0) return true;
  if (task.kernel.trace === undefined) return runList(task, list, inode, lookup, 0, cookies);
  return runTraced(task, list, inode, lookup, 0, cookies, name, 'fs_walk');
}

/** `fs_pick` on the object of a request, in the session that led to it. `name` is for traces. */
export function runPick(
  task: Task,
  triggers: number,
  inode: number,
  lookup: Lookup,
  session: SessionIndex,
  name: string,
): boolean {
  const list = task.set.pick(triggers);
  if (list.length === 0) return true;
  const cookies = task.sessions[session];
  if (task.kernel.trace === undefined) return runList(task, list, inode, lookup, triggers, cookies);
  return runTraced(task, list, inode, lookup, triggers, cookies, name, 'fs_pick');
}

/** `fs_pick` on an open file, which has no session: from cookie 0, with lookup `normal`. */
export function runPickFresh(task: Task, triggers: number, inode: number): boolean {
  task.sessions[0].fill(0);
  task.kernel.engine.fault = undefined;
  return runPick(task, triggers, inode, LOOKUP.NORMAL, 0, '');
}

/** `fs_get` on what the task is about to hold. The cookie is read only: it is not taken back. */
export function runGet(task: Task, inode: number, session: SessionIndex, name: string): boolean {
  const list = task.set.get;
  if (list.length === 0) return true;
  const cookies = task.sessions[session];
  if (task.kernel.trace !== undefined)
    return runTraced(task, list, inode, LOOKUP.NORMAL, 0, cookies, name, 'fs_get');
  const { context, kernel } = task;
  context.object = inode;
  context.lookup = LOOKUP.NORMAL;
  context.triggers = 0;
  for (let i = 0; i < list.length; i++) {
    const entry = list[i] as Runnable;
    context.cookieLo = cookies[2 * entry.slot] as number;
    context.cookieHi = cookies[2 * entry.slot + 1] as number;
    context.chain = entry.chain;
    if (kernel.engine.run(entry.program, context, kernel.tags) !== 0) return deny(task, entry, 'fs_get');
  }
  return true;
}

/** As `runList`, told to the trace listener run by run. */
function runTraced(
  task: Task,
  list: RunList,
  object: number,
  lookup: Lookup,
  triggers: number,
  cookies: Int32Array,
  name: string,
  hook: HookName,
): boolean {
  const { context, kernel } = task;
  Object.assign(context, { object, lookup, triggers });
  for (const entry of list) {
    const at = 2 * entry.slot;
    const before = { lo: cookies[at] as number, hi: cookies[at + 1] as number };
    Object.assign(context, { cookieLo: before.lo, cookieHi: before.hi, chain: entry.chain });
    const events: EngineEvent[] = [];
    const verdict = kernel.engine.run(entry.program, context, kernel.tags, recorder(events));
    const after = { lo: context.cookieLo, hi: context.cookieHi };
    kernel.trace?.ran({
      task: task.id,
      hook,
      program: entry.program.name,
      chain: entry.chain,
      inode: object,
      name,
      lookup,
      triggers,
      before,
      after: hook === 'fs_get' ? before : after,
      verdict,
      fault: verdict === 0 ? undefined : kernel.engine.fault,
      events,
    });
    if (verdict !== 0) return deny(task, entry, hook);
    if (hook === 'fs_get') continue;
    cookies[at] = after.lo;
    cookies[at + 1] = after.hi;
  }
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

/** Notes who denied what; false. */
function deny(task: Task, by: Runnable, hook: HookName): false {
  const { context, kernel } = task;
  task.denial = {
    hook,
    program: by.program.name,
    chain: by.chain,
    inode: context.object,
    lookup: context.lookup as Lookup,
    triggers: context.triggers,
    fault: kernel.engine.fault,
  };
  return false;
}
