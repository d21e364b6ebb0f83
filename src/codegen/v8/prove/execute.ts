/**
 * Runs a verified program on inputs whose bits may be open.
 *
 * Input: the instructions, and where the inputs come from. Output: the bits of r0, the cookie and the tag at the end. Where a
 * result depends on an open bit, `decide` chooses a value for it and the run goes on with that value; the caller runs the
 * program again for the other value. Weakness: what the compiler never emits (the stack, atomic operations, local calls, plain
 * maps) is not run, and the program is refused.
 */
import { HELPER } from '../../../abi/helpers.js';
import type { HookAbi } from '../../../abi/hooks.js';
import type { Instruction, Operand, Placed, Reg } from '../../../bpf/types.js';
import { slotsOf } from '../../../bpf/types.js';
import {
  calculate,
  compares,
  isUndecided,
  signedBits,
  widened,
  type OpenBits,
  type Undecided,
} from './bits.js';

/** What a program reads. */
export interface Inputs {
  readonly cookie: () => OpenBits;
  readonly map: () => OpenBits;
  readonly tag: () => OpenBits;
  readonly lookup: () => number;
  /** What `landlock_set_tag` returns. */
  readonly setTag: () => number;
  /** The bits with what is decided so far; `open` is decided first. */
  readonly known: (bits: OpenBits, open?: number) => OpenBits;
}

/** What a program did. */
export interface Executed {
  readonly result: OpenBits;
  /** Undefined while the program has not written it. */
  readonly cookie: OpenBits | undefined;
  readonly tag: OpenBits | undefined;
}

/** A number, or an address or handle, by the name of what it leads to. */
type Operated = OpenBits | string;

interface Execution {
  readonly hook: HookAbi;
  readonly inputs: Inputs;
  readonly registers: Map<number, Operated>;
  cookie: OpenBits | undefined;
  tag: OpenBits | undefined;
}

/** Runs a program to its end; a text says what it does that no run can follow. */
export function execute(code: ReadonlyMap<number, Placed>, hook: HookAbi, inputs: Inputs): Executed | string {
  const registers = new Map<number, Operated>([[1, 'context']]);
  const execution: Execution = { hook, inputs, registers, cookie: undefined, tag: undefined };
  let slot = 0;
  for (let placed = code.get(slot); placed !== undefined; placed = code.get(slot)) {
    const { instruction } = placed;
    if (instruction.kind === 'exit') break;
    const next = executeOne(execution, instruction);
    if (typeof next === 'string') return next;
    slot += slotsOf(instruction) + next;
  }
  const result = registers.get(0);
  if (result === undefined || typeof result === 'string') return 'it returns no number';
  return { result, cookie: execution.cookie, tag: execution.tag };
}

/** The slots that are skipped after the instruction, or why it cannot be run. */
function executeOne(execution: Execution, op: Instruction): number | string {
  const { registers, inputs } = execution;
  switch (op.kind) {
    case 'alu': {
      if (op.op === 'mov' && op.width === 64 && op.src.kind === 'reg')
        return set(execution, op.dst, registers.get(op.src.reg));
      const made = whenKnown(execution, op.dst, op.src, op.op !== 'mov', (a, b) =>
        calculate(op.op, op.width, a, b),
      );
      return typeof made === 'object' ? set(execution, op.dst, made) : NOT_FOLLOWED;
    }
    case 'jump': {
      const taken = whenKnown(execution, op.dst, op.src, true, (a, b) => compares(op.op, op.width, a, b));
      return typeof taken === 'boolean' ? (taken ? op.offset : 0) : NOT_FOLLOWED;
    }
    case 'ja':
      return op.offset;
    case 'ld_imm64':
      if (op.source.kind === 'map') return set(execution, op.dst, 'map');
      if (op.source.kind !== 'imm') return NOT_FOLLOWED;
      return set(execution, op.dst, [...signedBits(op.source.lo, 32), ...signedBits(op.source.hi, 32)]);
    case 'load': {
      const value = registers.get(op.src) === 'context' ? loaded(execution, op.offset, op.size) : undefined;
      if (value === undefined || typeof value === 'string') return set(execution, op.dst, value);
      return set(execution, op.dst, widened(value, op.signed ? (value.at(-1) ?? 0) : 0));
    }
    case 'store':
    case 'store_imm': {
      const value = op.kind === 'store' ? registers.get(op.src) : signedBits(op.imm, 64);
      if (registers.get(op.dst) !== 'context' || typeof value !== 'object') return NOT_FOLLOWED;
      const before = execution.cookie ?? inputs.cookie();
      const [from, to] = [8 * op.offset, 8 * (op.offset + op.size)];
      execution.cookie =
        op.size === 8 ? value : [...before.slice(0, from), ...value.slice(0, to - from), ...before.slice(to)];
      return 0;
    }
    case 'call_helper':
      return callHelper(execution, op.helper);
    default:
      return NOT_FOLLOWED;
  }
}

const NOT_FOLLOWED = 'it does what no program of a chain needs';

function set({ registers }: Execution, dst: Reg, value: Operated | undefined): number | string {
  if (value === undefined) return NOT_FOLLOWED;
  registers.set(dst, value);
  return 0;
}

/** A result for two operands; variables that it depends on are decided on the way. */
function whenKnown<T extends OpenBits | boolean>(
  { registers, inputs }: Execution,
  dst: Reg,
  src: Operand,
  usesDst: boolean,
  of: (a: OpenBits, b: OpenBits) => T | Undecided,
): T | undefined {
  const a = usesDst ? registers.get(dst) : [];
  const b = src.kind === 'imm' ? signedBits(src.imm, 64) : registers.get(src.reg);
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  let result = of(inputs.known(a), inputs.known(b));
  while (isUndecided(result)) result = of(inputs.known(a, result.open), inputs.known(b));
  return result;
}

/** A field of the context, or a part of the cookie. */
function loaded({ hook, inputs, cookie }: Execution, offset: number, size: number): Operated | undefined {
  const field = hook.context.find((f) => f.offset <= offset && offset < f.offset + f.size);
  if (field === undefined) return undefined;
  if (field.name === 'cookie') {
    const bits = cookie ?? inputs.cookie();
    return size === field.size ? bits : bits.slice(8 * offset, 8 * (offset + size));
  }
  return field.name === 'inode_lookup' ? signedBits(inputs.lookup(), 8) : field.name;
}

function callHelper(execution: Execution, helper: number): number | string {
  const { registers, inputs } = execution;
  const third = registers.get(3);
  for (let register = 1; register <= 5; register++) registers.delete(register);
  switch (helper) {
    case HELPER.inode_map_lookup:
      registers.set(0, inputs.map());
      return 0;
    case HELPER.inode_get_tag:
      registers.set(0, inputs.tag());
      return 0;
    case HELPER.landlock_set_tag:
      if (typeof third !== 'object' || execution.tag !== undefined) return NOT_FOLLOWED;
      execution.tag = third;
      registers.set(0, signedBits(inputs.setTag(), 64));
      return 0;
    default:
      return NOT_FOLLOWED;
  }
}
