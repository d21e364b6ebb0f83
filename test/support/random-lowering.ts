/**
 * Trees of statements (`random-statements.ts`) → instructions.
 *
 * Output: a program that a verifier accepts. Between statements every register holds a scalar; an address is made for one
 * access and then overwritten; only the pointer to the memory is kept, in a stack slot. The program ends after a few thousand
 * instructions, because loops with long bodies get fewer trips.
 */
import type { AluOp, I16, I32, Instruction, Operand, Width } from '../../src/bpf/types.js';
import { assertNever } from '../../src/base/assert.js';
import { emitAccess, refresh } from './random-access.js';
import {
  DATA_SLOTS,
  KEPT,
  MEMORY_SLOT,
  COUNTER_SLOTS,
  alu,
  byImm,
  byReg,
  entryOf,
  free,
  here,
  jump,
  jumpIf,
  label,
  link,
  loadAt,
  moveImm,
  moveReg,
  operand,
  put,
  r,
  readable,
  storeAt,
  storeImmAt,
} from './random-code.js';
import type { Context, Cost, Lowered } from './random-code.js';
import type { Statement, Tree } from './random-statements.js';

/** No statement is begun after this many instructions; the end of a program comes on top. */
const MOST_INSTRUCTIONS = 115;
const MOST_OF_FUNCTION = 30;
const LEAST_OF_MAIN = 60;
/** What the body of a loop, times its trips, may execute: at the top, within another loop or in a function. */
const LOOP_BUDGET = 700;
const INNER_BUDGET = 120;
/** Branches that one loop may take: the kernel's verifier walks both ways of each, a million instructions at most. */
const FORK_BUDGET = 12;

const FROM_MEMORY: readonly number[] = [3, 7, 9];

/** Changes immediates that the verifier refuses: shifts that are too far, and divisions by 0. */
function validImmediate(op: AluOp, width: Width, src: Operand): Operand {
  if (src.kind === 'reg') return src;
  if (op === 'lsh' || op === 'rsh' || op === 'arsh') return byImm(src.imm & (width - 1));
  const divides = op === 'div' || op === 'sdiv' || op === 'mod' || op === 'smod';
  return divides && src.imm === 0 ? byImm(7) : src;
}

/** Lowers a list. Returns the maximum number of instructions that it executes. */
function lowerAll(c: Context, list: readonly Statement[]): number {
  let cost = 0;
  for (const statement of list) if (c.lines.length < c.limit) cost += lower(c, statement);
  return cost;
}

function lower(c: Context, s: Statement): number {
  const from = c.lines.length;
  const extra = emit(c, s);
  return c.lines.length - from + extra;
}

/** Emits a statement. Returns how many more instructions it executes than it has. */
function emit(c: Context, s: Statement): number {
  switch (s.kind) {
    case 'alu':
      alu(c, s.op, free(c, s.dst), validImmediate(s.op, s.width, operand(s.src)), s.width);
      return 0;
    case 'neg':
      put(c, { kind: 'neg', width: s.width, dst: r(free(c, s.dst)) });
      return 0;
    case 'endian':
      put(c, { kind: 'endian', order: s.order, bits: s.bits, dst: r(free(c, s.dst)) });
      return 0;
    case 'movsx': {
      const { width, bits } = s;
      put(c, { kind: 'movsx', width, bits, dst: r(free(c, s.dst)), src: r(readable(s.src)) });
      return 0;
    }
    case 'constant':
      constant(c, free(c, s.dst), s.lo, s.hi);
      return 0;
    case 'load':
    case 'store':
    case 'atomic':
      emitAccess(c, s);
      return 0;
    case 'if':
      return emitIf(c, s);
    case 'loop':
      return emitLoop(c, s);
    case 'call':
      return emitCall(c, s.callee);
    case 'leave': {
      const stay = label(c);
      jumpIf(c, s.condition, stay);
      put(c, { kind: 'exit' });
      here(c, stay);
      return 0;
    }
    default:
      return assertNever(s);
  }
}

function constant(c: Context, dst: number, lo: number, hi: number): void {
  put(c, { kind: 'ld_imm64', dst: r(dst), source: { kind: 'imm', lo: lo as I32, hi: hi as I32 } });
}

function emitIf(c: Context, s: Extract<Statement, { kind: 'if' }>): number {
  const from = c.lines.length;
  const otherwise = label(c);
  const end = label(c);
  jumpIf(c, s.condition, otherwise);
  let cost = lowerAll(c, s.then);
  if (s.otherwise.length > 0) jump(c, end, s.wide);
  here(c, otherwise);
  cost += lowerAll(c, s.otherwise);
  here(c, end);
  return Math.max(0, cost - (c.lines.length - from));
}

/** Where a loop counts: a callee-saved register, or a slot of the stack by way of a register that is free then. */
interface Counter {
  readonly set: (value: number) => void;
  /** Changes the counter and leaves it in the register. */
  readonly step: (by: number) => number;
  readonly get: () => number;
}

function counterOf(c: Context, s: Extract<Statement, { kind: 'loop' }>): Counter {
  const register = KEPT.find((n) => n >= 6 + (s.pick % 4) && !c.reserved.includes(n));
  if (s.counter === 'reg' && register !== undefined) {
    c.reserved.push(register);
    const step = (by: number): number => (alu(c, 'add', register, byImm(by)), register);
    return { set: (value) => moveImm(c, register, value), step, get: () => register };
  }
  const slot = COUNTER_SLOTS[c.loops] ?? COUNTER_SLOTS[0];
  const scratch = free(c, s.pick);
  const get = (): number => (loadAt(c, 8, scratch, 10, slot), scratch);
  const step = (by: number): number => {
    alu(c, 'add', get(), byImm(by));
    storeAt(c, 8, 10, slot, scratch);
    return scratch;
  };
  return { set: (value) => storeImmAt(c, 8, 10, slot, value), step, get };
}

function emitLoop(c: Context, s: Extract<Statement, { kind: 'loop' }>): number {
  const from = c.lines.length;
  const reserved = c.reserved.length;
  const counter = counterOf(c, s);
  // How many trips there may be is known when the body is: the first instruction and the test are set then.
  const first = c.lines.length;
  counter.set(0);
  const top = label(c);
  const end = label(c);
  here(c, top);
  const test = s.form === 'top' ? compare(c, counter.get(), 'jge', 32, 0, end) : -1;
  const { forks, loops } = c;
  c.forks = 0;
  c.loops++;
  const body = lowerAll(c, s.body);
  c.loops = loops;
  const stepped = counter.step(s.form === 'down' ? -1 : 1);
  const bottom = s.form === 'top' ? -1 : compare(c, stepped, s.form === 'down' ? 'jne' : 'jlt', 64, 0, top);
  if (s.form === 'top') jump(c, top, (s.pick & 1) === 0);
  here(c, end);
  c.reserved.length = reserved;
  const budget = c.loops > 0 || !c.isMain ? INNER_BUDGET : LOOP_BUDGET;
  const most = Math.min(budget / (body + 6), FORK_BUDGET / c.forks);
  const trips = Math.max(1, Math.min(s.trips, Math.floor(most)));
  c.forks = forks + trips * c.forks;
  if (s.form === 'down') withImmediate(c, first, trips);
  else withImmediate(c, Math.max(test, bottom), trips);
  return trips * (body + 6) + 2 - (c.lines.length - from);
}

type Comparison = 'jge' | 'jlt' | 'jne';
/** Emits a jump on an immediate. Returns the index of its line. */
function compare(c: Context, left: number, op: Comparison, width: Width, right: number, to: number): number {
  put(c, { kind: 'jump', width, op, dst: r(left), src: byImm(right), offset: 0 as I16 }, to);
  return c.lines.length - 1;
}

function withImmediate(c: Context, index: number, value: number): void {
  const line = c.lines[index];
  if (line === undefined) return;
  const imm = value as I32;
  const { op } = line;
  if (op.kind === 'store_imm') c.lines[index] = { ...line, op: { ...op, imm } };
  else if (op.kind === 'alu' || op.kind === 'jump')
    c.lines[index] = { ...line, op: { ...op, src: byImm(value) } };
}

function emitCall(c: Context, callee: number): number {
  loadAt(c, 8, 1, 10, MEMORY_SLOT);
  put(c, { kind: 'call_local', offset: 0 as I32 }, entryOf(callee));
  refresh(c);
  c.called.add(callee);
  c.forks += c.costs[callee]?.forks ?? 0;
  return c.costs[callee]?.steps ?? 0;
}

function openFrame(c: Context): void {
  storeAt(c, 8, 10, MEMORY_SLOT, 1);
  for (const [i, slot] of DATA_SLOTS.entries()) storeImmAt(c, 8, 10, slot, i * 77 - 40);
}

function finish(c: Context, registers: readonly number[]): void {
  for (const [i, n] of registers.entries()) {
    alu(c, i % 2 === 0 ? 'xor' : 'add', 0, byReg(n));
    if (i % 3 === 2) alu(c, 'mul', 0, byImm(0x5bd1e995 | 0));
  }
  put(c, { kind: 'exit' });
}

function lowerFunction(
  list: readonly Statement[],
  limit: number,
  costs: readonly Cost[],
  registers: Tree['registers'] | undefined,
): Lowered {
  const isMain = registers !== undefined;
  const c: Context = {
    lines: [],
    labels: new Map(),
    reserved: [],
    called: new Set(),
    limit,
    isMain,
    costs,
    next: 0,
    loops: 0,
    forks: 0,
  };
  openFrame(c);
  if (registers !== undefined) startMain(c, registers);
  else startFunction(c);
  const from = c.lines.length;
  const body = lowerAll(c, list);
  const size = c.lines.length - from;
  finish(c, isMain ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [6, 8]);
  const cost = { steps: c.lines.length - size + body, forks: c.forks };
  return { lines: c.lines, labels: c.labels, called: c.called, cost };
}

/** r2 stays the length; three registers come from memory, so that a verifier knows nothing of them. */
function startMain(c: Context, registers: Tree['registers']): void {
  for (const [i, n] of FROM_MEMORY.entries()) loadAt(c, 8, n, 1, i * 16);
  for (const [n, [lo, hi]] of registers.entries())
    if (n !== 2 && !FROM_MEMORY.includes(n)) constant(c, n, lo, hi);
}

function startFunction(c: Context): void {
  for (const [i, n] of KEPT.entries()) moveReg(c, n, i + 2);
  moveReg(c, 0, 3);
  moveImm(c, 1, -3);
}

/**
 * The instructions of a tree: main, then the functions that are called.
 */
export function lowerTree(tree: Tree): readonly Instruction[] {
  const functions: Lowered[] = [];
  const costs: Cost[] = [];
  for (let i = tree.functions.length - 1; i >= 0; i--) {
    const lowered = lowerFunction(tree.functions[i] ?? [], MOST_OF_FUNCTION, costs, undefined);
    functions[i] = lowered;
    costs[i] = lowered.cost;
  }
  const inFunctions = functions.reduce((n, f) => n + f.lines.length, 0);
  const limit = Math.max(LEAST_OF_MAIN, MOST_INSTRUCTIONS - inFunctions);
  return link(lowerFunction(tree.main, limit, costs, tree.registers), functions);
}
