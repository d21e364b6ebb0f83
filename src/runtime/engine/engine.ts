/** Creates the engine of a name, which decides how a set of programs is run. */
import { createInterpreterRunner } from './interpreter-runner.js';
import { createInterpreter } from './interpreter.js';
import type { EngineName } from './names.js';
import type { Engine, HookPrograms, HookRunner, MirroredTags } from './types.js';
import { createWasmRunner } from './wasm/runner.js';
import { assertNever } from '../../base/assert.js';

/**
 * The number of program runs after which a set is compiled. Compiling takes a few milliseconds and makes a run about
 * 80 ns faster, so compiling earlier would not pay.
 */
export const HOT_RUNS = 30_000;

/** An engine. A set whose maps do not fit into linear memory is always interpreted. */
export function createEngine(name: EngineName = 'auto'): Engine {
  const interpreter = createInterpreter();
  const interpreted = (programs: HookPrograms, tags: MirroredTags): HookRunner =>
    createInterpreterRunner(interpreter, programs, tags);
  const runnerOf = (programs: HookPrograms, tags: MirroredTags): HookRunner => {
    switch (name) {
      case 'interpreter':
        return interpreted(programs, tags);
      case 'wasm':
        return createWasmRunner(programs, tags) ?? interpreted(programs, tags);
      case 'auto':
        return autoRunner(programs, tags, interpreted(programs, tags));
      default:
        return assertNever(name);
    }
  };
  return Object.assign(interpreter, { name, runnerOf });
}

/**
 * A runner that counts runs. After `HOT_RUNS` it compiles the set at the next walk. Both sessions are copied, because
 * the call may have walked its other path already.
 */
function autoRunner(programs: HookPrograms, tags: MirroredTags, first: HookRunner): HookRunner {
  let left = HOT_RUNS;
  const promoted = (): HookRunner => {
    left = Infinity;
    const compiled = createWasmRunner(programs, tags);
    if (compiled === undefined) return first;
    const cookies = new Int32Array(2 * programs.size);
    for (const session of [0, 1] as const) {
      first.save(session, cookies);
      compiled.restore(session, cookies);
    }
    programs.runner = compiled;
    return compiled;
  };
  return {
    ...first,
    get stoppedAt() {
      return first.stoppedAt;
    },
    walk(session, walk) {
      if (left <= 0) return promoted().walk(session, walk);
      left -= walk.steps.length;
      return first.walk(session, walk);
    },
    pick(session, triggers, object, lookup) {
      left--;
      return first.pick(session, triggers, object, lookup);
    },
  };
}
