/**
 * A scenario: a tree and a recorded series of calls with what is expected of each. Types of the file
 * (`schema/scenario-1.json` is the same as JSON Schema) and of its result.
 */

export interface Scenario {
  readonly format: 'llp-scenario';
  readonly version: 1;
  readonly description?: string;
  readonly tree: readonly TreeItem[] | TreeSource;
  /** Who may enforce a policy: as posted, unless it says otherwise. */
  readonly privilege?: Privilege;
  /** What `enforce` can name; without it the policy of the command line is `main`. */
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

/** Paths relative to the scenario's file. */
export type TreeSource = { readonly directory: string } | { readonly tar: string };

export interface PolicyRef {
  readonly name: string;
  readonly source?: string;
  readonly manifest?: string;
  readonly defines?: Readonly<Record<string, string>>;
}

/**
 * One call. Besides `call` its arguments, by name; `task` is the label of the task that makes it, `as` a label for the
 * descriptor, mapping or task that it gives.
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
  /** Second path: of `rename`, `link`, `mount`, `pivot_root`. */
  readonly to?: string;
  /** Text of a `symlink`. */
  readonly target?: string;
  /** Label of a directory descriptor that a relative `path` starts at; `atTo` for `to`. */
  readonly at?: string;
  readonly atTo?: string;
  /** Label of a descriptor or mapping. */
  readonly fd?: string;
  /** Names of the C headers; `open` without any is `O_RDONLY`, `mmap` `MAP_PRIVATE`. */
  readonly flags?: readonly string[];
  /** What `access` asks for, or the protection of `mmap` and `mprotect`. */
  readonly mode?: readonly string[];
  /** Label of the other task of `receive`, `transfer` and `ptrace`. */
  readonly other?: string;
}

export interface StepResult {
  /** From 1. */
  readonly step: number;
  readonly task: string;
  readonly call: string;
  /** What the call names: paths, or the label of a descriptor. */
  readonly path: string;
  /** As the scenario writes them; `mode` first. */
  readonly flags: readonly string[];
  /** `allow`, or the errno. */
  readonly result: string;
  readonly expected: string | null;
  readonly ok: boolean;
  /** The program that denied. */
  readonly deniedBy: string | null;
  /** Null where a compiled set ran, which counts nothing. */
  readonly programRuns: number | null;
  readonly instructions: number | null;
}

export interface ScenarioResult {
  readonly steps: readonly StepResult[];
  /** What is wrong with the scenario itself; the steps from there on were not made. */
  readonly fault: { readonly step: number; readonly why: string } | undefined;
}
