/**
 * The engine of a kernel in which no program runs: what stock Linux enforces is a confinement. Nothing of the interpreter and the
 * verifier is loaded with it, so that a process that only asks such a kernel starts faster.
 */
import type { Engine } from './types.js';

export function createIdleEngine(): Engine {
  const idle = (): never => {
    throw new Error('internal error: no program runs in this kernel');
  };
  return { name: 'interpreter', executed: 0, runs: 0, fault: undefined, run: idle, runnerOf: idle };
}
