/**
 * What a target supplies: all that the compiler and the tools know of it.
 *
 * A target is one folder beside this file, a row in `targets.ts` and `limits.ts`, and a model in `runtime/models.ts`.
 */
import type { Artifact, TargetName } from '../artifact/manifest.js';
import type { Diagnostic, NamedSource } from '../diagnostics/types.js';
import type { CheckedPolicy } from '../ir/check/policy.js';
import type { HierarchyAutomaton } from '../ir/hierarchy/automaton.js';
import type { Model } from '../runtime/models.js';

export type { TargetName };

/** What a policy means: what the artifact is made from, and what it is proved against. */
export interface Meaning {
  readonly policy: CheckedPolicy;
  /** One per layer. */
  readonly hierarchies: readonly HierarchyAutomaton[];
}

/** What has been made so far. `plan` and `code` are the target's own: nothing else looks into them. */
export interface Made<Plan, Code> {
  readonly plan?: Plan;
  readonly code?: Code;
  readonly artifact?: Artifact | undefined;
}

/** The stages of a target that `--emit` can show, in the order in which they are made. */
export const TARGET_STAGES = ['plan', 'blocks', 'optimised', 'asm', 'manifest'] as const;
export type TargetStage = (typeof TARGET_STAGES)[number];

/** Everything that `--emit` can show, in the order of the passes. */
export const STAGES = ['ast', 'policy', 'hierarchy', ...TARGET_STAGES] as const;
export type StageName = (typeof STAGES)[number];

/**
 * A target with the types of its plan and of its code.
 *
 * The functions are methods, so that every `TargetOf` is a `Target`: the list of passes gives a target what the same target
 * has made, and nothing else.
 */
export interface TargetOf<Plan, Code> {
  readonly name: TargetName;
  /** Errors for what the target cannot take at all. Known from the policy alone, so that `check` says it too. */
  limits(policy: CheckedPolicy): readonly Diagnostic[];
  /** What the target cannot hold, each with a witness. Empty for a target that holds everything. */
  gaps(meaning: Meaning): readonly Diagnostic[];
  /** What each part of the artifact decides. */
  plan(meaning: Meaning): Plan;
  /** The plan as bytes. Diagnostics for what turned out too large. */
  emit(plan: Plan): { readonly code: Code; readonly diagnostics: readonly Diagnostic[] };
  /** Everything that is written to files. */
  artifact(
    made: { readonly plan: Plan; readonly code: Code; readonly sources: readonly NamedSource[] } & Meaning,
  ): Artifact;
  /** Reads the artifact back and decides that it means the policy: with its certificate, or an error that says where not. */
  prove(
    artifact: Artifact,
    meaning: Meaning,
  ): { readonly artifact: Artifact; readonly diagnostics: readonly Diagnostic[] };
  /** What a kernel answers under an artifact of this target. */
  readonly model: Model;
  /** The text of a stage; undefined where it was not made. */
  show(stage: TargetStage, made: Made<Plan, Code>): string | undefined;
}

/** Any target. */
export type Target = TargetOf<unknown, unknown>;
