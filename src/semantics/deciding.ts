/**
 * Which of the rules that mention an action decides on it. What the compiler says of a path and what an explanation says of a
 * run are both made from this.
 *
 * Source: "Which rule decides" of the language.
 */

/** A rule as far as deciding needs it. */
export interface Deciding {
  readonly effect: 'allow' | 'deny' | 'forbid';
  /** True for a rule about the object itself: in `here`, or in a `file`. */
  readonly self: boolean;
}

/** A rule that mentions the action, and the scope that it stands in. */
export interface Mention<S, R extends Deciding> {
  readonly scope: S;
  readonly rule: R;
}

/**
 * The rules that mention an action, in the order in which they act: from the root down; at one object from general to
 * specific; in one scope first on the region, then on the object.
 *
 * @param path for each object from the root down, the scopes that name it, general to specific
 * @param level `self`: the verdict is about the last object of the path. `below`: about what lies beneath it
 * @param mentions whether a rule mentions the action
 */
export function mentionsOn<R extends Deciding, S extends { readonly rules: readonly R[] }>(
  path: readonly (readonly S[])[],
  level: 'self' | 'below',
  mentions: (rule: R) => boolean,
): Mention<S, R>[] {
  const found: Mention<S, R>[] = [];
  const add = (scope: S, self: boolean): void => {
    for (const rule of scope.rules) if (rule.self === self && mentions(rule)) found.push({ scope, rule });
  };
  path.forEach((scopes, depth) => {
    const isObject = level === 'self' && depth === path.length - 1;
    for (const scope of scopes) {
      add(scope, false);
      if (isObject) add(scope, true);
    }
  });
  return found;
}

/** The mention that decides: the first `forbid`, else the last mention. Undefined when there is none: `default` decides. */
export function decidingMention<M extends { readonly rule: Deciding }>(
  mentions: readonly M[],
): M | undefined {
  return mentions.find(({ rule }) => rule.effect === 'forbid') ?? mentions.at(-1);
}
