/** Constructors of steps and of the values in them. */
import type { SyscallName } from '../../../abi/syscall-numbers.js';
import type {
  CallStep,
  PlanStep,
  StepColumn,
  StepCondition,
  StepField,
  StepMemory,
  StepValue,
} from './steps.js';

export const number = (value: number | bigint): StepValue => flags(String(value), value);
export const flags = (shown: string, value: number | bigint): StepValue => ({
  kind: 'number',
  value: BigInt(value),
  shown,
});
export const NULL = flags('NULL', 0);
export const text = (value: string): StepValue => ({ kind: 'text', text: value });
export const kept = (name: string): StepValue => ({ kind: 'kept', name });
export const memory = (value: StepMemory): StepValue => ({ kind: 'memory', memory: value });
export const column = (name: StepColumn): StepValue => ({ kind: 'column', column: name });
export const andOf = (left: StepValue, right: StepValue): StepValue => ({ kind: 'and', left, right });

/** What stands in memory at an offset. */
export function field(of: StepMemory, shown: string, offset: number, width: StepField['width']): StepValue {
  return { kind: 'field', memory: of, field: { shown, offset, width } };
}

export function call(
  name: SyscallName,
  args: readonly StepValue[],
  fails: string,
  more: Pick<CallStep, 'keep' | 'tolerated'> = {},
): CallStep {
  return { kind: 'call', call: name, args, fails, ...more };
}

export function when(
  left: StepValue,
  is: StepCondition,
  right: StepValue,
  then: readonly PlanStep[],
  otherwise: readonly PlanStep[] = [],
): PlanStep {
  return { kind: 'if', left, is, right, then, otherwise };
}
