/**
 * Which of the rules that mention an action decides on it. One sentence of the language, in one place: what the compiler says
 * of a path and what an explanation says of a run are both made from it.
 */

export interface Mention {
  readonly effect: 'allow' | 'deny' | 'forbid';
}

/**
 * Of the rules that mention an action, in the order in which they act (from the root down; at one object from general to
 * specific, each first on the region, then in `here`): the first `forbid`, else the last. Undefined when none mentions it.
 */
export function decisive<M extends Mention>(mentions: readonly M[]): M | undefined {
  return mentions.find((m) => m.effect === 'forbid') ?? mentions.at(-1);
}
