/**
 * The deciding rule: of all rules that mention an action, the rule that decides it. The compiler uses it for a path, an
 * explanation uses it for a run.
 *
 * Source: "Which rule decides" of the language.
 */

/** The parts of a rule that the decision needs. */
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
 * Returns the rules that mention an action, in the order in which they apply: from the root down; at one object from
 * general to specific; in one scope the rules about the region before those about the object.
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

/** Returns the mention that decides: the first `forbid`, else the last mention; undefined when `default` decides. */
export function decidingMention<M extends { readonly rule: Deciding }>(
  mentions: readonly M[],
): M | undefined {
  return mentions.find(({ rule }) => rule.effect === 'forbid') ?? mentions.at(-1);
}
