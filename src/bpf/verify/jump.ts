/**
 * Conditional jumps: whether each branch can be taken, and what a branch teaches about the operands.
 *
 * A pointer may be compared with null after a lookup, and with another pointer of the same region if both lie within
 * it. Beyond the ends of a region, the order of addresses would reveal where the region lies.
 */
import { compare } from './refine.js';
import { ZERO, constantNumber, isConstant } from './scalar.js';
import type { Scalar } from './scalar.js';
import type { Jump } from '../types.js';
import { isInRegion, readReg, valueAt } from './access.js';
import { current, describe, replaceValues } from './state.js';
import type { State, Value } from './state.js';
import { operandValue } from './step.js';
import type { StepEnv } from './types.js';

/** What a branch teaches about the state. */
export type Lesson =
  | { readonly kind: 'nothing' }
  /** New values of both operands; `learn` sets those that are registers and can be written. */
  | { readonly kind: 'operands'; readonly dst: Value; readonly src: Value }
  /** The result of the lookup with this id is now known. */
  | { readonly kind: 'lookup'; readonly id: number; readonly value: Value };

/** What each branch teaches; undefined if no run takes it. */
export interface Branch {
  readonly taken: Lesson | undefined;
  readonly fall: Lesson | undefined;
}

const NOTHING: Lesson = { kind: 'nothing' };
const BOTH: Branch = { taken: NOTHING, fall: NOTHING };

/** What is known on each branch of a conditional jump. Reports a comparison that is not allowed. */
export function decide(op: Jump, state: State, env: StepEnv): Branch {
  const a = readReg(state, op.dst, env);
  const b = operandValue(op.src, state, env);
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    return lessons(op, a, b, (dst, src) => ({ kind: 'operands', dst, src }));
  }
  return nullCheck(op, a, b, env) ?? pointers(op, a, b, env) ?? refused(op, a, b, env);
}

function lessons(op: Jump, a: Scalar, b: Scalar, make: (a: Scalar, b: Scalar) => Lesson): Branch {
  const { taken, fall } = compare(op.op, op.width, a, b);
  const lesson = (pair: readonly [Scalar, Scalar] | undefined): Lesson | undefined => {
    if (pair === undefined) return undefined;
    return pair[0] === a && pair[1] === b ? NOTHING : make(pair[0], pair[1]);
  };
  return { taken: lesson(taken), fall: lesson(fall) };
}

function nullCheck(op: Jump, a: Value, b: Value, env: StepEnv): Branch | undefined {
  const isEqual = op.op === 'jeq';
  if (op.width !== 64 || (!isEqual && op.op !== 'jne')) return undefined;
  if (b.kind !== 'scalar' || !isConstant(b) || b.value !== 0n) return undefined;
  if (a.kind === 'value' && isInRegion(a, env)) {
    return isEqual ? { taken: undefined, fall: NOTHING } : { taken: NOTHING, fall: undefined };
  }
  if (a.kind !== 'value_or_null') return undefined;
  const found: Lesson = { kind: 'lookup', id: a.id, value: valueAt(a.map, 0) };
  const none: Lesson = { kind: 'lookup', id: a.id, value: ZERO };
  return isEqual ? { taken: none, fall: found } : { taken: found, fall: none };
}

/** Compares two pointers into the memory or into one stack; undefined for other operands. */
function pointers(op: Jump, a: Value, b: Value, env: StepEnv): Branch | undefined {
  if (op.width !== 64 || op.op === 'jset') return undefined;
  if (a.kind === 'memory' && b.kind === 'memory' && isInRegion(a, env) && isInRegion(b, env)) {
    return lessons(op, a.offset, b.offset, (x, y) => ({
      kind: 'operands',
      dst: { kind: 'memory', offset: x },
      src: { kind: 'memory', offset: y },
    }));
  }
  if (a.kind !== 'stack' || b.kind !== 'stack' || a.frame !== b.frame) return undefined;
  if (!isStackOffset(a.offset) || !isStackOffset(b.offset)) return undefined;
  return lessons(op, constantNumber(a.offset + 512), constantNumber(b.offset + 512), () => NOTHING);
}

const isStackOffset = (offset: number): boolean => offset >= -512 && offset <= 0;

function refused(op: Jump, a: Value, b: Value, env: StepEnv): Branch {
  const isFirst = a.kind !== 'scalar';
  const name = isFirst || op.src.kind === 'imm' ? op.dst : op.src.reg;
  env.report('pointer', `a comparison of r${name}, which is ${describe(isFirst ? a : b)}`);
  return BOTH;
}

/** Applies to the state what a branch teaches. */
export function learn(lesson: Lesson, op: Jump, state: State): void {
  if (lesson.kind === 'nothing') return;
  if (lesson.kind === 'lookup') {
    const { id, value } = lesson;
    return replaceValues(state, (v) => (v.kind === 'value_or_null' && v.id === id ? value : v));
  }
  const { regs } = current(state);
  if (op.dst < regs.length) regs[op.dst] = lesson.dst;
  if (op.src.kind === 'reg' && op.src.reg < regs.length) regs[op.src.reg] = lesson.src;
}
