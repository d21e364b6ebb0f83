/**
 * Judges recorded requests by the policy: which of their actions are denied, and by which rule. The policy is grounded on the
 * tree before the program ran.
 */
import { actionNames, type ActionName } from '../../abi/actions.js';
import type { Reason } from '../../runtime/explain.js';
import { resolve } from '../../runtime/kernel/resolve.js';
import { Inode, type Vfs } from '../../runtime/kernel/vfs.js';
import type { GroundedPolicy } from '../../runtime/loader/grounded.js';
import { subjectsAt, type FoundObject } from '../../runtime/subject.js';
import { pathText, type Need } from '../learn/facts.js';

/** A denial of one action on one object, with the rule behind it. */
export interface JudgedDenial {
  readonly action: ActionName;
  /** The object; for one that the program made, the directory that it was made in. */
  readonly path: string;
  readonly isNew: boolean;
  /** The layer that denies. */
  readonly layer: string;
  readonly reason: Reason;
}

/** Returns the denials of the requests, each once. */
export function denialsOf(needs: readonly Need[], policy: GroundedPolicy, vfs: Vfs): JudgedDenial[] {
  const denials = needs.flatMap((need) => {
    const found = objectOf(vfs, need);
    return actionNames(need.actions).flatMap((action) =>
      subjectsAt(policy, found, action)
        .filter((subject) => subject.verdict === 'deny')
        .map(({ reason, layer }): JudgedDenial => {
          const name = policy.artifact.manifest.chains[layer]?.name ?? '';
          return { action, path: pathText(need.path), isNew: need.part === 'region', layer: name, reason };
        }),
    );
  });
  return [...new Map(denials.map((d) => [`${d.action} ${d.isNew} ${d.layer} ${d.path}`, d])).values()];
}

/** Returns the object of a request; for one that no scope can name, an object in the directory that it was made in. */
function objectOf(vfs: Vfs, { part, path, kind }: Need): FoundObject {
  const names: string[] = [];
  const physical: Inode[] = [vfs.root];
  for (const name of path) {
    names.push(name);
    const found = resolve(vfs, pathText(names), false);
    physical.push(found.ok ? found.location.inode : new Inode(0, kind, ''));
  }
  if (part === 'self') return { physical, names };
  return { physical: [...physical, new Inode(0, kind, '')], names: [...names, ''] };
}
