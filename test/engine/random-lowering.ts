/**
 * Trees of statements to instructions (`random-statements.ts` says what a tree is).
 *
 * Out: a program that a verifier takes: every register is a set scalar between statements, addresses are made for one
 * access and overwritten after it, the only pointer kept is the memory's in its stack slot. It ends within
 * `MOST_EXECUTED` instructions, because loops get fewer trips the longer their bodies take.
 *
 *     frame, from r10 down:  −8 memory's address │ −16, −24 counters │ −32, −40 data │ −48 key
 */
import type { AluOp, I16, I32, Instruction, Operand, Reg, Size, Width } from '../../src/bpf/types.js';
import { slotsOf } from '../../src/bpf/types.js';
import { assertNever } from '../../src/assert.js';
import { REGISTERS } from './random-statements.js';
import type { Condition, Pick, Place, Source, Statement, Tree } from './random-statements.js';

/** Bytes of the memory that r1 points to, and of the value of the map `table`. */
export const AREA_SIZE = 64;
export const ENTRY_SIZE = 16;
export const ENTRIES = 4;
export const TABLE_MAP = 0;
export const ENTRIES_MAP = 1;

/** No statement is begun after this many instructions; the end of a program comes on top. */
const MOST_INSTRUCTIONS = 115;
const MOST_OF_FUNCTION = 30;
const LEAST_OF_MAIN = 60;
/** What the body of a loop, times its trips, may execute: at the top, within another loop or in a function. */
const LOOP_BUDGET = 900;
const INNER_BUDGET = 120;

const MEMORY_SLOT = -8;
const COUNTER_SLOTS = [-16, -24] as const;
const DATA_SLOTS = [-32, -40] as const;
const KEY_SLOT = -48;
/** The registers that a call changes, but for r0. */
const ARGUMENTS = [1, 2, 3, 4, 5] as const;
const KEPT = [6, 7, 8, 9] as const;
const FROM_MEMORY: readonly number[] = [3, 7, 9];

/** An instruction whose target is the number of a label. */
interface Line {
  readonly op: Instruction;
  readonly target: number | undefined;
}

/** One function while it is made. */
interface Context {
  readonly lines: Line[];
  /** Index of the line that a label stands before. */
  readonly labels: Map<number, number>;
  /** Registers that statements may not change: counters of the loops around. */
  readonly reserved: number[];
  readonly limit: number;
  readonly isMain: boolean;
  /** What executing each callee takes, by its number. */
  readonly costs: readonly number[];
  readonly called: Set<number>;
  next: number;
  loops: number;
}

const r = (n: number): Reg => n as Reg;
const byReg = (n: number): Operand => ({ kind: 'reg', reg: r(n) });
const byImm = (n: number): Operand => ({ kind: 'imm', imm: n as I32 });

function put(c: Context, op: Instruction, target?: number): void {
  c.lines.push({ op, target });
}
function alu(c: Context, op: AluOp, dst: number, src: Operand, width: Width = 64): void {
  put(c, { kind: 'alu', width, op, dst: r(dst), src });
}
const moveReg = (c: Context, dst: number, src: number): void => alu(c, 'mov', dst, byReg(src));
const moveImm = (c: Context, dst: number, imm: number): void => alu(c, 'mov', dst, byImm(imm));
const loadAt = (c: Context, size: Size, dst: number, src: number, offset: number, signed = false): void =>
  put(c, { kind: 'load', size, signed, dst: r(dst), src: r(src), offset: offset as I16 });
const storeAt = (c: Context, size: Size, dst: number, offset: number, src: number): void =>
  put(c, { kind: 'store', size, dst: r(dst), offset: offset as I16, src: r(src) });
const storeImmAt = (c: Context, size: Size, dst: number, offset: number, imm: number): void =>
  put(c, { kind: 'store_imm', size, dst: r(dst), offset: offset as I16, imm: imm as I32 });
const label = (c: Context): number => c.next++;
const here = (c: Context, name: number): void => void c.labels.set(name, c.lines.length);

/** A register that may be changed, other than those given. */
function free(c: Context, pick: Pick, ...but: number[]): number {
  let n = pick % REGISTERS;
  while (c.reserved.includes(n) || but.includes(n)) n = (n + 1) % REGISTERS;
  return n;
}

/** A register that may be read, other than those given. */
function readable(pick: Pick, ...but: number[]): number {
  let n = pick % REGISTERS;
  while (but.includes(n)) n = (n + 1) % REGISTERS;
  return n;
}

const operand = (s: Source, ...but: number[]): Operand =>
  s.kind === 'reg' ? byReg(readable(s.reg, ...but)) : byImm(s.imm);

function jumpIf(c: Context, { width, op, left, right }: Condition, target: number): void {
  const dst = r(readable(left));
  put(c, { kind: 'jump', width, op, dst, src: operand(right), offset: 0 as I16 }, target);
}
function jump(c: Context, target: number, wide: boolean): void {
  put(c, { kind: 'ja', wide, offset: 0 as I32 }, target);
}

/** Immediates that the verifier refuses, a shift too far and a division by 0, are brought into range. */
function validImmediate(op: AluOp, width: Width, src: Operand): Operand {
  if (src.kind === 'reg') return src;
  if (op === 'lsh' || op === 'rsh' || op === 'arsh') return byImm(src.imm & (width - 1));
  const divides = op === 'div' || op === 'sdiv' || op === 'mod' || op === 'smod';
  return divides && src.imm === 0 ? byImm(7) : src;
}

/** Lowers a list; the number of instructions that executing it takes at most. */
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

/** The instructions of a statement; what executing them takes beyond their number. */
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

type Access = Extract<Statement, { kind: 'load' | 'store' | 'atomic' }>;

function emitAccess(c: Context, s: Access): void {
  const { area, pointer: wanted } = s.place;
  if (area === 'stack') return touch(c, s, 10, -1, DATA_SLOTS[s.place.unit % DATA_SLOTS.length] ?? 0, 8);
  const pointer = free(c, wanted);
  if (area === 'entry') return lookUp(c, s, pointer);
  if (area === 'memory') loadAt(c, 8, pointer, 10, MEMORY_SLOT);
  else
    put(c, {
      kind: 'ld_imm64',
      dst: r(pointer),
      source: { kind: 'map_value', map: TABLE_MAP as I32, offset: 0 as I32 },
    });
  touch(c, s, pointer, -1, (s.place.unit * 8) % AREA_SIZE, AREA_SIZE);
  restore(c, pointer, s.place.pointer);
}

/** Looks up a value of `entries` and accesses it where there is one. */
function lookUp(c: Context, s: Access, wanted: number): void {
  const { key } = s.place;
  if (key.kind === 'imm') storeImmAt(c, 4, 10, KEY_SLOT, key.imm);
  else {
    const index = free(c, key.reg);
    alu(c, 'and', index, byImm(7), 32);
    storeAt(c, 4, 10, KEY_SLOT, index);
  }
  moveReg(c, 2, 10);
  alu(c, 'add', 2, byImm(KEY_SLOT));
  put(c, { kind: 'ld_imm64', dst: r(1), source: { kind: 'map', map: ENTRIES_MAP as I32 } });
  put(c, { kind: 'call_helper', helper: 1 as I32 });
  refresh(c);
  const none = label(c);
  put(c, { kind: 'jump', width: 64, op: 'jeq', dst: r(0), src: byImm(0), offset: 0 as I16 }, none);
  if (wanted !== 0) moveReg(c, wanted, 0);
  touch(c, s, wanted, 0, (s.place.unit * 8) % ENTRY_SIZE, ENTRY_SIZE);
  if (wanted !== 0) restore(c, wanted, s.place.pointer);
  here(c, none);
  moveReg(c, 0, KEPT[s.place.unit % KEPT.length] ?? 6);
}

/**
 * The access itself, at `base` of an area of `size` bytes. `other` is a register that holds a pointer too. An index
 * is masked so that it stays in the area and keeps the alignment of the access.
 */
function touch(c: Context, s: Access, pointer: number, other: number, base: number, size: number): void {
  const bytes = s.kind === 'atomic' ? s.width / 8 : s.size;
  const { index, width, within } = s.place;
  let offset = base + (within & (8 - bytes));
  if (index !== undefined && pointer !== 10) {
    const scratch = free(c, index, pointer, other);
    alu(c, 'and', scratch, byImm(size - bytes), width);
    alu(c, 'add', pointer, byReg(scratch));
    offset = 0;
  }
  perform(c, s, pointer, other, offset);
}

function perform(c: Context, s: Access, pointer: number, other: number, offset: number): void {
  switch (s.kind) {
    case 'load':
      return loadAt(c, s.size, free(c, s.dst, pointer, other), pointer, offset, s.signed);
    case 'store':
      if (s.src.kind === 'imm') return storeImmAt(c, s.size, pointer, offset, s.src.imm);
      return storeAt(c, s.size, pointer, offset, readable(s.src.reg, pointer, other));
    case 'atomic': {
      // `cmpxchg` compares with r0, which must be no address then; a fetch changes its source.
      const clash = s.op === 'cmpxchg' && (pointer === 0 || other === 0 || c.reserved.includes(0));
      const op = clash ? 'xchg' : s.op;
      const src = s.fetch ? free(c, s.src, pointer, other) : readable(s.src, pointer, other);
      const { width, fetch } = s;
      return put(c, {
        kind: 'atomic',
        width,
        op,
        fetch,
        dst: r(pointer),
        offset: offset as I16,
        src: r(src),
      });
    }
    default:
      return assertNever(s);
  }
}

/** Makes a register that held an address a scalar again. */
function restore(c: Context, pointer: number, pick: Pick): void {
  if ((pick & 1) === 0) moveImm(c, pointer, pick - 30);
  else moveReg(c, pointer, readable(pick + 3, pointer, 0));
}

/** Sets the registers that a call left undefined. */
function refresh(c: Context): void {
  for (const n of ARGUMENTS) moveReg(c, n, KEPT[n % KEPT.length] ?? 6);
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
  c.loops++;
  const body = lowerAll(c, s.body);
  c.loops--;
  const stepped = counter.step(s.form === 'down' ? -1 : 1);
  const bottom = s.form === 'top' ? -1 : compare(c, stepped, s.form === 'down' ? 'jne' : 'jlt', 64, 0, top);
  if (s.form === 'top') jump(c, top, (s.pick & 1) === 0);
  here(c, end);
  c.reserved.length = reserved;
  const budget = c.loops > 0 || !c.isMain ? INNER_BUDGET : LOOP_BUDGET;
  const trips = Math.max(1, Math.min(s.trips, Math.floor(budget / (body + 6))));
  if (s.form === 'down') withImmediate(c, first, trips);
  else withImmediate(c, Math.max(test, bottom), trips);
  return trips * (body + 6) + 2 - (c.lines.length - from);
}

type Comparison = 'jge' | 'jlt' | 'jne';
/** A jump on an immediate; the index of its line. */
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

/** A label's number is the callee's, negative: functions are placed after main, and only those that are called. */
const entryOf = (callee: number): number => -1 - callee;

function emitCall(c: Context, callee: number): number {
  loadAt(c, 8, 1, 10, MEMORY_SLOT);
  put(c, { kind: 'call_local', offset: 0 as I32 }, entryOf(callee));
  refresh(c);
  c.called.add(callee);
  return c.costs[callee] ?? 0;
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

interface Lowered {
  readonly lines: readonly Line[];
  readonly labels: ReadonlyMap<number, number>;
  readonly called: ReadonlySet<number>;
  readonly cost: number;
}

function lowerFunction(
  list: readonly Statement[],
  limit: number,
  costs: readonly number[],
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
  };
  openFrame(c);
  if (registers !== undefined) startMain(c, registers);
  else startFunction(c);
  const from = c.lines.length;
  const body = lowerAll(c, list);
  const size = c.lines.length - from;
  finish(c, isMain ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [6, 8]);
  return { lines: c.lines, labels: c.labels, called: c.called, cost: c.lines.length - size + body };
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
  const costs: number[] = [];
  for (let i = tree.functions.length - 1; i >= 0; i--) {
    functions[i] = lowerFunction(tree.functions[i] ?? [], MOST_OF_FUNCTION, costs, undefined);
    costs[i] = functions[i]?.cost ?? 0;
  }
  const inFunctions = functions.reduce((n, f) => n + f.lines.length, 0);
  const limit = Math.max(LEAST_OF_MAIN, MOST_INSTRUCTIONS - inFunctions);
  return link(lowerFunction(tree.main, limit, costs, tree.registers), functions);
}

function link(main: Lowered, functions: readonly Lowered[]): readonly Instruction[] {
  const wanted = new Set(main.called);
  for (const [i, f] of functions.entries()) if (wanted.has(i)) for (const n of f.called) wanted.add(n);
  const parts = [main, ...functions.filter((_, i) => wanted.has(i))];
  const places = parts.map(({ lines }) => slotsBefore(lines));
  const starts = [0];
  for (const [i, place] of places.entries()) starts.push((starts[i] ?? 0) + (place.at(-1) ?? 0));
  const entry = (callee: number): number => {
    const f = functions[callee];
    return starts[f === undefined ? 0 : parts.indexOf(f)] ?? 0;
  };
  return parts.flatMap(({ lines, labels }, part) =>
    lines.map(({ op, target }, i) => {
      if (target === undefined) return op;
      const start = starts[part] ?? 0;
      const slot = (index: number): number => start + (places[part]?.[index] ?? 0);
      const to = target < 0 ? entry(-1 - target) : slot(labels.get(target) ?? 0);
      return { ...op, offset: to - slot(i) - 1 } as Instruction;
    }),
  );
}

/** The slot of each line, and the number of slots at the end. */
function slotsBefore(lines: readonly Line[]): readonly number[] {
  const slots = [0];
  for (const [i, { op }] of lines.entries()) slots.push((slots[i] ?? 0) + slotsOf(op));
  return slots;
}
