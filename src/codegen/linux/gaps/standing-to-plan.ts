/** How an object stands to a plan: the rights that reach it, the masks above it, and those on it. */
import { parentPath } from '../../../base/paths.js';
import { MASK_KINDS, type EnforcementPlan } from '../../../artifact/enforcement-plan.js';

/** What the plan lays on one path: rights for each ruleset, and masks. */
interface PlanMark {
  readonly rights: readonly (readonly string[])[];
  readonly masks: readonly string[];
}

/** Returns a function that describes the standing of a path as a text. Objects with equal texts are treated alike. */
export function planStandings(plan: EnforcementPlan): (path: string) => string {
  const marks = marksOf(plan);
  const known = new Map<string, string>();
  return (path) => {
    const found = known.get(path) ?? standingOf(path, marks);
    known.set(path, found);
    return found;
  };
}

function marksOf({ objects, masks, rulesets }: EnforcementPlan): ReadonlyMap<string, PlanMark> {
  const kinds = new Map(masks.map((m) => [m.object, m.kinds]));
  const rules = rulesets.map((r) => new Map(r.rules.map((rule) => [rule.object, rule.rights])));
  const onto = (object: number): PlanMark => ({
    rights: rules.map((own) => own.get(object) ?? []),
    masks: kinds.get(object) ?? [],
  });
  return new Map(objects.map(({ path }, i) => [path, onto(i)]));
}

function standingOf(path: string, marks: ReadonlyMap<string, PlanMark>): string {
  const rights: Set<string>[] = [];
  const above = new Set<string>();
  for (let at = path; ; at = parentPath(at)) {
    const mark = marks.get(at);
    mark?.rights.forEach((own, i) => own.forEach((right) => (rights[i] ??= new Set()).add(right)));
    if (at !== path) mark?.masks.forEach((kind) => above.add(kind));
    if (at === '/') break;
  }
  const own = marks.get(path)?.masks ?? [];
  const held = MASK_KINDS.filter((kind) => above.has(kind));
  return `${rights.map((r) => [...r].sort().join('+')).join('/')}|${held.join('+')}|${own.join('+')}`;
}
