/** Runs the hooks of a set of programs in the interpreter, one program after the other. */
import type {
  BatchRequest,
  HookContext,
  HookPrograms,
  HookRunner,
  Interpreter,
  RunList,
  Runnable,
  SessionIndex,
  Steps,
  TagStore,
} from './types.js';

/** A runner that interprets the programs of a set. */
export function createInterpreterRunner(
  engine: Pick<Interpreter, 'run'>,
  programs: HookPrograms,
  tags: TagStore,
): HookRunner {
  const size = 2 * programs.size;
  const sessions = [new Int32Array(size), new Int32Array(size)] as const;
  const context: HookContext = { cookieLo: 0, cookieHi: 0, chain: 0, object: 0, lookup: 0 };

  /**
   * Runs the programs of a list on one object, each with the cookie of its chain. With `keeps`, cookies do not change.
   */
  function runList(list: RunList, cookies: Int32Array, keeps: boolean): Runnable | undefined {
    for (let i = 0; i < list.length; i++) {
      const entry = list[i] as Runnable;
      const at = 2 * entry.slot;
      context.cookieLo = cookies[at] as number;
      context.cookieHi = cookies[at + 1] as number;
      context.chain = entry.chain;
      if (engine.run(entry.program, context, tags) !== 0) return entry;
      if (keeps) continue;
      cookies[at] = context.cookieLo;
      cookies[at + 1] = context.cookieHi;
    }
    return undefined;
  }

  /** A walk for a set with a single `fs_walk` program: its cookie stays in the context during the walk. */
  function walkOfOne(only: Runnable, steps: readonly number[], cookies: Int32Array): Runnable | undefined {
    const at = 2 * only.slot;
    context.cookieLo = cookies[at] as number;
    context.cookieHi = cookies[at + 1] as number;
    context.chain = only.chain;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as number;
      context.object = step >> 2;
      context.lookup = step & 3;
      runner.stoppedAt = i;
      if (engine.run(only.program, context, tags) !== 0) return only;
    }
    cookies[at] = context.cookieLo;
    cookies[at + 1] = context.cookieHi;
    return undefined;
  }

  const runner = {
    counts: true,
    stoppedAt: 0,
    open: (session: SessionIndex): void => {
      const cookies = sessions[session];
      for (let i = 0; i < size; i++) cookies[i] = 0;
    },
    walk(session: SessionIndex, { steps }: Steps): Runnable | undefined {
      runner.open(session);
      const list = programs.walk;
      const cookies = sessions[session];
      if (list.length === 1) return walkOfOne(list[0] as Runnable, steps, cookies);
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i] as number;
        context.object = step >> 2;
        context.lookup = step & 3;
        runner.stoppedAt = i;
        const denied = runList(list, cookies, false);
        if (denied !== undefined) return denied;
      }
      return undefined;
    },
    step(session: SessionIndex, step: number): Runnable | undefined {
      context.object = step >> 2;
      context.lookup = step & 3;
      return runList(programs.walk, sessions[session], false);
    },
    pick(session: SessionIndex, triggers: number, object: number, lookup: number): Runnable | undefined {
      context.object = object;
      context.lookup = lookup;
      return runList(programs.pick(triggers), sessions[session], false);
    },
    get(session: SessionIndex, object: number): Runnable | undefined {
      context.object = object;
      context.lookup = 0;
      return runList(programs.get, sessions[session], true);
    },
    batch: (requests: readonly BatchRequest[]): readonly boolean[] =>
      requests.map((request) => isAllowed(runner, request)),
    save: (session: SessionIndex, cookies: Int32Array): void => cookies.set(sessions[session]),
    restore: (session: SessionIndex, cookies: Int32Array): void => sessions[session].set(cookies),
  };
  return runner;
}

/** True if a request of a batch is allowed. It runs in the first session. */
export function isAllowed(runner: Pick<HookRunner, 'walk' | 'pick'>, request: BatchRequest): boolean {
  const { triggers, object, lookup } = request;
  if (runner.walk(0, request) !== undefined) return false;
  return triggers === 0 || runner.pick(0, triggers, object, lookup) === undefined;
}
