/**
 * The types of a scenario file and of its result. A scenario is a tree and a series of calls, each with an expectation.
 * `schema/scenario-1.json` describes the file in JSON Schema.
 */

export interface Scenario {
  readonly format: 'llp-scenario';
  readonly version: 1;
  readonly description?: string;
  readonly tree: readonly TreeItem[] | TreeSource;
  /** Who may enforce a policy: as posted, unless it says otherwise. */
  readonly privilege?: Privilege;
  /** The policies that `enforce` can name. If absent, the policy of the command line is `main`. */
  readonly policies?: readonly PolicyRef[];
  readonly steps: readonly ScenarioStep[];
}

export type TreeItem =
  | { readonly dir: string }
  | { readonly file: string; readonly interpreter?: string }
  | { readonly link: string; readonly target: string }
  | { readonly hardlink: string; readonly target: string }
  | { readonly bind: string; readonly target: string };

export interface Privilege {
  /** Whether the first task has CAP_SYS_ADMIN, and its children with it; true without it. */
  readonly capability?: boolean;
  /** Whether `no_new_privs` is enough without the capability; false without it. */
  readonly noNewPrivs?: boolean;
}

/** A directory or an archive. Its path is relative to the scenario's file. */
export type TreeSource = { readonly directory: string } | { readonly tar: string };

export interface PolicyRef {
  readonly name: string;
  readonly source?: string;
  readonly manifest?: string;
  readonly defines?: Readonly<Record<string, string>>;
}

/**
 * A call with its arguments by name. `task` is the label of the task that makes it. `as` is the label for the
 * descriptor, mapping or task that it creates.
 */
export interface ScenarioStep {
  readonly call: string;
  readonly task?: string;
  readonly as?: string;
  /** `allow`, or the errno that the call fails with. */
  readonly expect?: string;
  readonly policy?: string;
  readonly action?: string;
  readonly path?: string;
  /** The second path of `rename`, `link`, `mount` and `pivot_root`. */
  readonly to?: string;
  /** The target of a `symlink`. */
  readonly target?: string;
  /** Label of the directory descriptor at which a relative `path` starts; `atTo` is the same for `to`. */
  readonly at?: string;
  readonly atTo?: string;
  /** Label of a descriptor or mapping. */
  readonly fd?: string;
  /** Names of the C headers. The default is `O_RDONLY` for `open` and `MAP_PRIVATE` for `mmap`. */
  readonly flags?: readonly string[];
  /** The mode of `access`, or the protection of `mmap` and `mprotect`. */
  readonly mode?: readonly string[];
  /** Label of the other task of `receive`, `transfer` and `ptrace`. */
  readonly other?: string;
}

export interface StepResult {
  /** The number of the step, counted from 1. */
  readonly step: number;
  readonly task: string;
  readonly call: string;
  /** The paths of the call, or the label of its descriptor. */
  readonly path: string;
  /** The mode and the flags, as written in the scenario. */
  readonly flags: readonly string[];
  /** `allow`, or the errno. */
  readonly result: string;
  readonly expected: string | null;
  readonly ok: boolean;
  /** The program that denied; null if none did. */
  readonly deniedBy: string | null;
  /** Null if a compiled set ran, because it does not count. */
  readonly programRuns: number | null;
  readonly instructions: number | null;
}

export interface ScenarioResult {
  readonly steps: readonly StepResult[];
  /** A fault of the scenario itself. The step in which it occurs and those after it were not made. */
  readonly fault: { readonly step: number; readonly why: string } | undefined;
}
