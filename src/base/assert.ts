/** Assertions for faults of the compiler itself. Bad input never fails an assertion: it becomes a diagnostic. */

/** Call it at the end of an exhaustive switch: the type checker proves that it is never reached. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected value ${JSON.stringify(value)}`);
}

/** Checks an invariant between passes. `what` states it in the terms of the pass. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${what}`);
}

/** Returns a value that an invariant guarantees to exist (an index in range, a key just stored). */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`internal error: ${what}`);
  return value;
}
