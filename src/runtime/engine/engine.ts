/** The engines by name: which runner a set of programs gets. */
import { createInterpreterRunner } from './interpreter-runner.js';
import { createInterpreter } from './interpreter.js';
import type { Engine, EngineName, HookPrograms, HookRunner, MirroredTags, SessionIndex } from './types.js';
import { createWasmRunner } from './wasm/runner.js';
import { assertNever } from '../../assert.js';

/**
 * Program runs after which a set is compiled. Compiling takes a few milliseconds, and a run is some 80 ns faster afterwards:
 * earlier it would not pay.
 */
export const HOT_RUNS = 30_000;

/** An engine. Where linear memory has no room for the maps of a set, the set stays in the interpreter. */
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

/** Counts runs; when the set is hot it is compiled, and its open sessions go along. */
function autoRunner(programs: HookPrograms, tags: MirroredTags, first: HookRunner): HookRunner {
  let left = HOT_RUNS;
  const promote = (): void => {
    left = Infinity;
    const compiled = createWasmRunner(programs, tags);
    if (compiled === undefined) return;
    const cookies = new Int32Array(2 * programs.size);
    for (const session of [0, 1] as const) {
      first.save(session, cookies);
      compiled.restore(session, cookies);
    }
    programs.runner = compiled;
  };
  return {
    ...first,
    get stoppedAt() {
      return first.stoppedAt;
    },
    open(session: SessionIndex) {
      first.open(session);
      if (left <= 0) promote();
    },
    walk(session, steps) {
      left -= steps.length;
      return first.walk(session, steps);
    },
    pick(session, triggers, object, lookup) {
      left--;
      return first.pick(session, triggers, object, lookup);
    },
  };
}
