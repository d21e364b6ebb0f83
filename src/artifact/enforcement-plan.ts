/**
 * The enforcement plan: what a launcher does on stock Linux before it starts a program. Types only, plain data.
 *
 * The planner (`runtime/linux/place.ts`) makes a plan from a grounded policy. The model (`runtime/linux/model`) answers calls
 * under a plan. The launcher (`codegen/linux/launcher`) and the exports carry a plan out. None of them reads the policy.
 */
import type { ActionName } from '../abi/actions.js';
import { NEWEST_LANDLOCK_ABI, type LandlockRight } from '../abi/landlock.js';

export const PLAN_FORMAT = 'llp-plan';
export const PLAN_VERSION = 1;

/** What the machine can do on which the plan is carried out. */
export interface Machine {
  /** The version of the Landlock ABI; 0 when the kernel has no Landlock. */
  readonly abi: number;
  /** Whether the launcher may make a user namespace. Without it, no mask can be laid. */
  readonly masks: boolean;
}

/** The machine that is assumed when none is named: all that llpc knows is there. */
export const NEWEST_MACHINE: Machine = { abi: NEWEST_LANDLOCK_ABI, masks: true };

export interface EnforcementPlan {
  readonly format: typeof PLAN_FORMAT;
  readonly version: typeof PLAN_VERSION;
  /** The name of the first policy block. */
  readonly policy: string;
  /** The machine that the plan was made for. */
  readonly machine: Machine;
  /**
   * The oldest Landlock ABI on which the plan leaves no looser gap that the policy does not accept. A launcher refuses an older
   * kernel. On a kernel between this version and `machine.abi`, it leaves out the rights that the kernel does not have.
   */
  readonly leastAbi: number;
  /** The objects that masks and rules are laid on, sorted by path. */
  readonly objects: readonly PlanObject[];
  /** In the order in which they are laid: an object above another comes first. */
  readonly masks: readonly PlanMask[];
  /** One per layer, in the order of layers. A layer that restricts nothing has no ruleset. */
  readonly rulesets: readonly PlanRuleset[];
  /** The system calls that are denied whatever they are made on; absent when there are none. */
  readonly filter?: PlanFilter;
}

/** An object that exists when the policy is loaded. */
export interface PlanObject {
  /** The physical path: absolute, without symbolic links, `.` and `..`. */
  readonly path: string;
  readonly kind: 'dir' | 'file';
  /**
   * Null in a portable plan, and for what lies in `/proc/self`: the path is resolved where the launcher runs.
   */
  readonly identity: PlanIdentity | null;
  /** In a portable plan: true if the launcher leaves out the masks and rules of the object where the path does not exist. */
  readonly optional?: boolean;
}

/** What identifies an object. The numbers are decimal texts. */
export interface PlanIdentity {
  /** `st_dev`. */
  readonly device: string;
  /** `st_ino`. A file system can give a new object the number of one that was removed. */
  readonly inode: string;
  /**
   * When the object was made, in nanoseconds since 1970. Null if the file system does not tell, and on overlayfs, where the time
   * changes with the first change of the object.
   */
  readonly birth: string | null;
}

/**
 * - `ro`: the object is bound onto itself and remounted read-only, with all that is mounted beneath it.
 * - `noexec`: the same, `noexec`.
 * - `hide`: an unreadable empty file or directory is mounted over the object.
 * - `pin`: the object is bound onto itself, so that it cannot be moved or removed.
 */
export const MASK_KINDS = ['ro', 'noexec', 'hide', 'pin'] as const;
export type MaskKind = (typeof MASK_KINDS)[number];

export interface PlanMask {
  /** Index into `objects`. */
  readonly object: number;
  /** In the order of `MASK_KINDS`. `hide` and `pin` stand alone; `ro` and `noexec` can stand together, and both pin. */
  readonly kinds: readonly MaskKind[];
}

/** A Landlock ruleset. */
export interface PlanRuleset {
  readonly layer: string;
  /** In the order of `LANDLOCK_RIGHTS`. A right that is not handled is not restricted, except `refer`. */
  readonly handled: readonly LandlockRight[];
  readonly rules: readonly PlanRule[];
}

export interface PlanRule {
  /** Index into `objects`. Rules are sorted by it. */
  readonly object: number;
  /** In the order of `LANDLOCK_RIGHTS`. */
  readonly rights: readonly LandlockRight[];
}

export interface PlanFilter {
  /** Actions that every object denies and whose system calls do nothing else. In the order of `ACTIONS`. */
  readonly actions: readonly ActionName[];
  /** Whether `io_uring_setup` is denied too: io_uring can make some of these calls past a filter. */
  readonly ioUring: boolean;
}
