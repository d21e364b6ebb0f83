/**
 * The system-call plan: what a launcher does before the program starts, call by call. Types only, plain data.
 *
 * `plan-steps.ts` makes it from an enforcement plan, `print.ts` prints it, `generate.ts` makes forms of it. A step does not
 * know registers, addresses or the architecture.
 */
import type { SyscallName } from '../../../abi/syscall-numbers.js';

/** Memory of the launcher that starts as zeros, by name. */
export interface StepMemory {
  readonly name: string;
  readonly size: number;
}

/** What a call takes, and what a comparison compares. */
export type StepValue =
  /** `shown` is how the number is printed: the names of its flags. */
  | { readonly kind: 'number'; readonly value: bigint; readonly shown: string }
  | { readonly kind: 'text'; readonly text: string }
  /** The address of a constant structure of words of 64 bits. A text in it stands for its address. */
  | { readonly kind: 'structure'; readonly shown: string; readonly words: readonly (bigint | Uint8Array)[] }
  /** A number that an earlier step kept. */
  | { readonly kind: 'kept'; readonly name: string }
  /** The address of memory. */
  | { readonly kind: 'memory'; readonly memory: StepMemory }
  /** What stands in memory. `shown` is its name. */
  | { readonly kind: 'field'; readonly memory: StepMemory; readonly field: StepField }
  /** A column of the row that is being carried out. */
  | { readonly kind: 'column'; readonly column: StepColumn }
  | { readonly kind: 'and'; readonly left: StepValue; readonly right: StepValue };

export interface StepField {
  /** The name of the field, such as `stx_ino`. */
  readonly shown: string;
  /** In bytes. */
  readonly offset: number;
  readonly width: 4 | 8;
}

/**
 * `path`: the address of the path, or of the name in the directory `parent`. `open`: the flags to open it with. `value`: rights
 * of a rule, attributes of a mask. `born`: whether the time of birth is compared.
 */
export type StepColumn =
  | 'path'
  | 'parent'
  | 'open'
  | 'value'
  | 'device'
  | 'inode'
  | 'birth seconds'
  | 'birth nanoseconds'
  | 'compared'
  | 'optional'
  | 'hidden'
  | 'born';

/** An object with what is done to it. */
export interface StepRow {
  readonly path: string;
  /** The directory through which the object is opened; null to open it by its whole path. */
  readonly parent: string | null;
  readonly open: number;
  readonly value: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** When the object was made, in nanoseconds since 1970; null if it is not compared. */
  readonly birth: bigint | null;
  /** Whether device and inode are compared with those of the object that is found. */
  readonly compared: boolean;
  /** Whether the row is left out where its object does not exist. */
  readonly optional: boolean;
  /** Whether the mask is `hide`. */
  readonly hidden: boolean;
  /** What the row asks for, for the printer. */
  readonly shown: string;
}

export interface CallStep {
  readonly kind: 'call';
  readonly call: SyscallName;
  readonly args: readonly StepValue[];
  /** The name under which the result is kept. */
  readonly keep?: string;
  /** What could not be done, in plain words. The launcher adds the path of the row and the name of the error. */
  readonly fails: string;
  /** Errors that do not end the launcher. */
  readonly tolerated?: {
    /** Any error if it is absent. */
    readonly errors?: readonly string[];
    /** The errors are tolerated where this value is not zero; always if it is absent. */
    readonly where?: StepValue;
    /**
     * `next`: goes to the next row or number. `end`: goes on behind the last row or number. `on`: goes on with the next step;
     * what is kept is 0.
     */
    readonly then: 'next' | 'end' | 'on';
  };
}

export type StepCondition = 'eq' | 'ne' | 'below' | 'atLeast';

export type PlanStep =
  | CallStep
  /** Keeps a value under a name. */
  | { readonly kind: 'keep'; readonly name: string; readonly value: StepValue }
  /** Writes a value to memory. */
  | {
      readonly kind: 'set';
      readonly memory: StepMemory;
      readonly offset: number;
      readonly value: StepValue;
    }
  /** Writes an id and its own mapping, `ID ID 1`, to memory, and keeps the length of the text. */
  | { readonly kind: 'id-map'; readonly id: string; readonly memory: StepMemory; readonly length: string }
  | {
      readonly kind: 'if';
      readonly left: StepValue;
      readonly is: StepCondition;
      readonly right: StepValue;
      readonly then: readonly PlanStep[];
      readonly otherwise: readonly PlanStep[];
    }
  /** Ends the launcher with a message, to which it adds the path of the row. */
  | { readonly kind: 'refuse'; readonly why: string }
  /** Carries out steps for each row. */
  | { readonly kind: 'each'; readonly rows: readonly StepRow[]; readonly steps: readonly PlanStep[] }
  /** Carries out steps for each number from 0 to below a limit, which is kept under a name. */
  | {
      readonly kind: 'count';
      readonly name: string;
      readonly below: number;
      readonly steps: readonly PlanStep[];
    }
  /** Replaces the launcher by the command of its arguments, which is looked for in PATH. */
  | { readonly kind: 'execute' };
