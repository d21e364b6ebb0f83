/**
 * The interface of a target. The compiler and the tools use a target only through it.
 *
 * A target is one folder beside this file, a row in `targets.ts` and `limits.ts`, and a model in `runtime/models.ts`.
 */
import type { Machine } from '../artifact/enforcement-plan.js';
import type { FoundGap } from '../artifact/gap.js';
import type { Artifact, TargetName } from '../artifact/manifest.js';
import type { Diagnostic, NamedSource } from '../diagnostics/types.js';
import type { CheckedPolicy } from '../ir/check/policy.js';
import type { HierarchyAutomaton } from '../ir/hierarchy/automaton.js';
import type { Model } from '../runtime/models.js';

export type { TargetName };

/** The meaning of a policy. The artifact is made from it and proved against it. */
export interface Meaning {
  readonly policy: CheckedPolicy;
  /** One per layer. */
  readonly hierarchies: readonly HierarchyAutomaton[];
}

/** The results so far. The target defines the types of `plan` and `code`, and nothing else reads them. */
export interface Made<Plan, Code> {
  readonly plan?: Plan;
  readonly code?: Code;
  readonly artifact?: Artifact | undefined;
}

/** The stages of a target that `--emit` can show, in the order of the passes. */
export const TARGET_STAGES = ['plan', 'blocks', 'optimised', 'asm', 'manifest'] as const;
export type TargetStage = (typeof TARGET_STAGES)[number];

/** All stages that `--emit` can show, in the order of the passes. */
export const STAGES = ['ast', 'policy', 'hierarchy', ...TARGET_STAGES] as const;
export type StageName = (typeof STAGES)[number];

/**
 * A target with the types of its plan and of its code.
 *
 * The functions are declared as methods, so that the type checker accepts every `TargetOf` as a `Target`. This is safe: the
 * pass list gives a target only the plan and the code that the same target has made.
 */
export interface TargetOf<Plan, Code> {
  readonly name: TargetName;
  /** Returns errors for a policy that is beyond a limit of the target. It needs the policy alone, so `check` reports it too. */
  limits(policy: CheckedPolicy): readonly Diagnostic[];
  /**
   * Returns what the target does not enforce on this machine, each with a witness; empty for a target that enforces everything.
   * It need not know what the policy accepts.
   */
  gaps(meaning: Meaning, machine: Machine): readonly FoundGap[];
  /** Whether the gaps depend on the machine. */
  readonly dependsOnMachine: boolean;
  /** Decides what each part of the artifact does. `machine`: where it will be enforced, for a target that depends on it. */
  plan(meaning: Meaning, machine: Machine): Plan;
  /** Makes the bytes of a plan, with errors for code that is too large. */
  emit(plan: Plan): { readonly code: Code; readonly diagnostics: readonly Diagnostic[] };
  /** Makes the artifact: all that is written to files. */
  artifact(
    made: { readonly plan: Plan; readonly code: Code; readonly sources: readonly NamedSource[] } & Meaning,
  ): Artifact;
  /** Reads the artifact back and proves that it means the policy. Returns it with its certificate, or an error that says where it differs. */
  prove(
    artifact: Artifact,
    meaning: Meaning,
  ): { readonly artifact: Artifact; readonly diagnostics: readonly Diagnostic[] };
  /** The model of a kernel that enforces artifacts of this target. */
  readonly model: Model;
  /** Returns the text of a stage; undefined when the stage was not made. */
  show(stage: TargetStage, made: Made<Plan, Code>): string | undefined;
}

/** Any target. */
export type Target = TargetOf<unknown, unknown>;
