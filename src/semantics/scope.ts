/**
 * The step of the verdict at one object: how the scopes that name it change the rights that come down the path.
 *
 * Source: "Which rule decides" of the language. A mask has one bit for each action in the compiler, and one bit for each
 * class of actions in the loader.
 */
import { difference, intersection, union, type ActionMask } from '../abi/actions.js';

/** The sets that rules allow, deny and forbid. */
export interface Effects<Mask extends number = ActionMask> {
  readonly allow: Mask;
  readonly deny: Mask;
  readonly forbid: Mask;
}

/** The effects of a scope: on the region beneath, and on the object itself. */
export interface ScopeEffects<Mask extends number = ActionMask> {
  readonly region: Effects<Mask>;
  /** `here` of a `dir`, every rule of a `file`. Applied on top of the region. */
  readonly self: Effects<Mask>;
}

/** The rights that are carried down a path. */
export interface Carried<Mask extends number = ActionMask> {
  readonly allowed: Mask;
  readonly forbidden: Mask;
}

/** The rights that are carried on, and the verdicts on the object (`self`) and on what no scope names beneath it (`below`). */
export interface Applied<Mask extends number = ActionMask> extends Carried<Mask> {
  readonly self: Mask;
  readonly below: Mask;
}

/**
 * Applies the scopes that name one object, given from general to specific. Each scope changes the region and the object
 * before the next scope does, so a later scope overrides the `here` rules of an earlier one.
 */
export function applyScopes<Mask extends number>(
  before: Carried<Mask>,
  scopes: readonly ScopeEffects<Mask>[],
): Applied<Mask> {
  let { allowed, forbidden } = before;
  let selfAllowed = allowed;
  let selfForbidden = forbidden;
  for (const { region, self } of scopes) {
    allowed = acted(allowed, region);
    forbidden = union(forbidden, region.forbid);
    selfAllowed = acted(acted(selfAllowed, region), self);
    selfForbidden = union(selfForbidden, union(region.forbid, self.forbid));
  }
  return {
    allowed,
    forbidden,
    self: difference(selfAllowed, selfForbidden),
    below: difference(allowed, forbidden),
  };
}

/** Returns what is allowed after the rules of `effects` that allow and deny. */
function acted<Mask extends number>(allowed: Mask, { allow, deny }: Effects<Mask>): Mask {
  return difference(union(allowed, allow), deny);
}

/** Returns what one scope allows and the other denies, in the region or on the object itself. */
export function disagreement<Mask extends number>(a: ScopeEffects<Mask>, b: ScopeEffects<Mask>): Mask {
  const [selfA, selfB] = [onObject(a), onObject(b)];
  return union(opposed(a.region, b.region), opposed(selfA, selfB));
}

type Mentions<Mask extends number> = Pick<Effects<Mask>, 'allow' | 'deny'>;

function opposed<Mask extends number>(a: Mentions<Mask>, b: Mentions<Mask>): Mask {
  return union(intersection(a.allow, b.deny), intersection(a.deny, b.allow));
}

/** Returns what a scope allows and denies on the object itself: `here` overrides the region. */
function onObject<Mask extends number>({ region, self }: ScopeEffects<Mask>): Mentions<Mask> {
  const own = union(self.allow, self.deny);
  return {
    allow: union(self.allow, difference(region.allow, own)),
    deny: union(self.deny, difference(region.deny, own)),
  };
}
