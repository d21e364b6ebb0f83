/** Assertions for faults of the compiler itself. Bad input never ends here: it becomes a diagnostic. */

/** Ends an exhaustive switch: the type checker proves that it is never reached. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected value ${JSON.stringify(value)}`);
}

/** States an invariant between passes; `what` names the invariant, in the terms of the pass. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${what}`);
}

/** The value of something that an invariant says is there (an index in range, a key just stored). */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`internal error: ${what}`);
  return value;
}
