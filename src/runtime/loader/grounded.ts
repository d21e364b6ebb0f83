/** The types of a policy after loading. */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import type { Artifact, InodeMap } from '../../artifact/manifest.js';
import type { KernelProgram } from '../kernel/program-set.js';
import type { MapPlace } from './ground.js';
import type { LoadProblem } from './problems.js';

/** An inode map and the meaning of its values. */
export interface GroundedMap {
  readonly map: InodeMap;
  /** By inode number. */
  readonly places: ReadonlyMap<number, MapPlace>;
  /** By the number in the place bits of a cookie; empty when there are more places than numbers. */
  readonly byNumber: ReadonlyMap<number, MapPlace>;
}

/** A policy that is ready to be enforced on tasks of one kernel. */
export interface GroundedPolicy {
  readonly artifact: Artifact;
  readonly maps: ReadonlyMap<string, GroundedMap>;
  /** The last program of each chain, in the manifest's order. */
  readonly chains: readonly KernelProgram[];
  /** What stock Linux is asked to do; undefined for a target that has no plan. */
  readonly plan: EnforcementPlan | undefined;
}

export type LoadResult<T> =
  | { readonly kind: 'loaded'; readonly value: T; readonly problems: readonly LoadProblem[] }
  | { readonly kind: 'refused'; readonly problems: readonly LoadProblem[] };
