/** What the planner is given. Types only. */
import type { ActionMask } from '../../abi/actions.js';
import type { Machine, PlanObject } from '../../artifact/enforcement-plan.js';
import type { Inode, Vfs } from '../kernel/vfs.js';
import type { MapOnTree } from '../loader/standing.js';
import type { OtherPaths } from './nodes.js';

export interface PlannerInput {
  /** The name of the first policy block. */
  readonly policy: string;
  /** One per layer. */
  readonly layers: readonly PlannedLayer[];
  readonly vfs: Vfs;
  readonly machine: Machine;
  /** Device and inode number of an object; absent on a modelled tree. */
  readonly identityOf?: (inode: Inode) => PlanObject['identity'];
  readonly otherPathsOf?: OtherPaths;
}

export interface PlannedLayer {
  readonly name: string;
  readonly map: MapOnTree;
  /** The actions whose denial may stay unenforced. */
  readonly accepted: ActionMask;
}
