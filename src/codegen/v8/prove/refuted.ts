/** A fault that the proof found: a part of the artifact, and why it does not mean what the policy means. */
export interface Refuted {
  readonly kind: 'refuted';
  /** The name of a program, a map or a chain. */
  readonly part: string;
  readonly reason: string;
}

export function refuted(part: string, reason: string): Refuted {
  return { kind: 'refuted', part, reason };
}

/** Returns whether a result is a fault. */
export function isRefuted(result: object | undefined): result is Refuted {
  return result !== undefined && 'kind' in result && result.kind === 'refuted';
}
