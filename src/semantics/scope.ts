/**
 * What scopes make of the rights that come down a path: the step of the language's rule at one object.
 *
 * Source: "Which rule decides" of the language. Masks are sets of anything that a rule can speak of, one bit each: actions in
 * the compiler, classes of actions in the loader.
 */

/** What rules allow, deny and forbid. */
export interface Effects {
  readonly allow: number;
  readonly deny: number;
  readonly forbid: number;
}

/** The effects of a scope: on the region beneath, and on the object itself. */
export interface ScopeEffects {
  readonly region: Effects;
  /** `here` of a `dir`, every rule of a `file`. Applied on top of the region. */
  readonly self: Effects;
}

/** What is carried down a path. */
export interface Carried {
  readonly allowed: number;
  readonly forbidden: number;
}

/** What is carried on, and what is allowed on the object (`self`) and beneath it where no scope speaks (`below`). */
export interface Applied extends Carried {
  readonly self: number;
  readonly below: number;
}

/**
 * Applies the scopes that name one object, from general to specific. Each acts on the region and on the object before the
 * next one does, so a later scope overrides what an earlier one says in `here`.
 */
export function applyScopes(before: Carried, scopes: readonly ScopeEffects[]): Applied {
  let { allowed, forbidden } = before;
  let selfAllowed = allowed;
  let selfForbidden = forbidden;
  for (const { region, self } of scopes) {
    allowed = (allowed | region.allow) & ~region.deny;
    forbidden |= region.forbid;
    selfAllowed = (((selfAllowed | region.allow) & ~region.deny) | self.allow) & ~self.deny;
    selfForbidden |= region.forbid | self.forbid;
  }
  return { allowed, forbidden, self: selfAllowed & ~selfForbidden, below: allowed & ~forbidden };
}

/** What one scope allows and the other denies, in the region or on the object itself. */
export function disagreement(a: ScopeEffects, b: ScopeEffects): number {
  const [selfA, selfB] = [onObject(a), onObject(b)];
  const region = (a.region.allow & b.region.deny) | (a.region.deny & b.region.allow);
  return region | (selfA.allow & selfB.deny) | (selfA.deny & selfB.allow);
}

/** What a scope says about the object itself: `here` over the region. */
function onObject({ region, self }: ScopeEffects): Pick<Effects, 'allow' | 'deny'> {
  const own = self.allow | self.deny;
  return { allow: self.allow | (region.allow & ~own), deny: self.deny | (region.deny & ~own) };
}
