/**
 * The loader of the target `linux`: grounds the maps of an artifact on a tree and makes the plan for that tree.
 *
 * Input: an artifact and a tree. Output: a grounded policy with its plan, or all problems that were found.
 */
import { NO_ACTIONS, maskOf, unionOf, type ActionMask } from '../../abi/actions.js';
import { NEWEST_MACHINE, type Machine, type PlanObject } from '../../artifact/enforcement-plan.js';
import { defined } from '../../base/assert.js';
import type { Artifact, Manifest } from '../../artifact/manifest.js';
import type { CallResult, Task } from '../kernel/task.js';
import type { Inode, Vfs } from '../kernel/vfs.js';
import { judgeAssertions } from '../loader/assertions.js';
import type { GroundedMap, GroundedPolicy, LoadResult } from '../loader/grounded.js';
import { groundInodeMap } from '../loader/inode-maps.js';
import { hasProblem, type LoadProblem } from '../loader/problems.js';
import { confine } from './model/confine.js';
import type { OtherPaths } from './nodes.js';
import { planOn } from './place.js';
import type { PlannedLayer } from './planner-input.js';

/** What is known of a tree beyond its names. */
export interface TreeFacts {
  readonly machine?: Machine;
  readonly identityOf?: (inode: Inode) => PlanObject['identity'];
  readonly otherPathsOf?: OtherPaths;
}

/** Grounds an artifact on a tree and plans its enforcement there. */
export function groundForLinux(
  artifact: Artifact,
  vfs: Vfs,
  facts: TreeFacts = {},
): LoadResult<GroundedPolicy> {
  const { manifest } = artifact;
  const problems: LoadProblem[] = [];
  const maps = new Map<string, GroundedMap>();
  for (const map of manifest.maps) {
    if (map.type !== 'inode') continue;
    const grounded = groundInodeMap(map, vfs, manifest, problems);
    if (grounded !== undefined) maps.set(map.name, grounded);
  }
  if (!hasProblem(problems)) problems.push(...judgeAssertions(manifest, maps, vfs));
  if (hasProblem(problems)) return { kind: 'refused', problems };
  const { machine = NEWEST_MACHINE, ...known } = facts;
  const layers = layersOf(manifest, maps);
  const plan = planOn({ policy: manifest.policy, layers, vfs, machine, ...known });
  return { kind: 'loaded', value: { artifact, maps, chains: [], plan }, problems };
}

/** Returns the layers of a manifest with their grounded maps, in order. */
function layersOf(
  { chains, unenforced = [] }: Manifest,
  maps: ReadonlyMap<string, GroundedMap>,
): PlannedLayer[] {
  return [...maps.values()].map((map, i) => {
    const rows = unenforced.filter((u) => u.maps.includes(map.map.name));
    const accepted: ActionMask = unionOf([NO_ACTIONS, ...rows.map((u) => maskOf(...u.actions))]);
    return { name: chains[i]?.name ?? map.map.name, map, accepted };
  });
}

/** Enforces a grounded policy on a task, as the launcher does before it starts the program. ENOENT: an object is gone. */
export function enforcePlan({ plan }: GroundedPolicy, task: Task): CallResult {
  const confined = confine(defined(plan, 'a policy for linux has a plan'), task.kernel.vfs);
  if (!confined.ok) return { ok: false, errno: 'ENOENT' };
  confined.enter(task);
  return { ok: true };
}

/** The model of the target `linux`. */
export const LINUX_MODEL = { ground: groundForLinux, enforce: enforcePlan } as const;
