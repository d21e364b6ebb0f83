/**
 * A function of a random program while it is emitted: its labels and free registers. `link` makes one program of all
 * functions. `random-lowering.ts` chooses the instructions.
 */
import type { AluOp, I16, I32, Instruction, Operand, Reg, Size, Width } from '../../src/bpf/types.js';
import { slotsOf } from '../../src/bpf/types.js';
import { REGISTERS } from './random-statements.js';
import type { Condition, Pick, Source } from './random-statements.js';

// The frame, from r10 down:  −8 memory's address │ −16, −24 counters │ −32, −40 data │ −48 key
export const MEMORY_SLOT = -8;
export const COUNTER_SLOTS = [-16, -24] as const;
export const DATA_SLOTS = [-32, -40] as const;
export const KEY_SLOT = -48;
/** The registers that a call changes, without r0. */
export const ARGUMENTS = [1, 2, 3, 4, 5] as const;
export const KEPT = [6, 7, 8, 9] as const;
/** An instruction whose target is the number of a label. */
export interface Line {
  readonly op: Instruction;
  readonly target: number | undefined;
}

/** One function while it is emitted. */
export interface Context {
  readonly lines: Line[];
  /** Index of the line that a label stands before. */
  readonly labels: Map<number, number>;
  /** Registers that statements may not change: counters of the loops around. */
  readonly reserved: number[];
  readonly limit: number;
  readonly isMain: boolean;
  /** What executing each callee takes, by its number. */
  readonly costs: readonly Cost[];
  readonly called: Set<number>;
  next: number;
  /** Loops around. */
  loops: number;
  /** Branches that executing what is lowered so far takes. */
  forks: number;
}

/** The maximum cost of executing something, in instructions and in branches. */
export interface Cost {
  readonly steps: number;
  readonly forks: number;
}

export const r = (n: number): Reg => n as Reg;
export const byReg = (n: number): Operand => ({ kind: 'reg', reg: r(n) });
export const byImm = (n: number): Operand => ({ kind: 'imm', imm: n as I32 });

export function put(c: Context, op: Instruction, target?: number): void {
  c.lines.push({ op, target });
}
export function alu(c: Context, op: AluOp, dst: number, src: Operand, width: Width = 64): void {
  put(c, { kind: 'alu', width, op, dst: r(dst), src });
}
export const moveReg = (c: Context, dst: number, src: number): void => alu(c, 'mov', dst, byReg(src));
export const moveImm = (c: Context, dst: number, imm: number): void => alu(c, 'mov', dst, byImm(imm));
export const loadAt = (
  c: Context,
  size: Size,
  dst: number,
  src: number,
  offset: number,
  signed = false,
): void => put(c, { kind: 'load', size, signed, dst: r(dst), src: r(src), offset: offset as I16 });
export const storeAt = (c: Context, size: Size, dst: number, offset: number, src: number): void =>
  put(c, { kind: 'store', size, dst: r(dst), offset: offset as I16, src: r(src) });
export const storeImmAt = (c: Context, size: Size, dst: number, offset: number, imm: number): void =>
  put(c, { kind: 'store_imm', size, dst: r(dst), offset: offset as I16, imm: imm as I32 });
export const label = (c: Context): number => c.next++;
export const here = (c: Context, name: number): void => void c.labels.set(name, c.lines.length);

/** A register that may be changed, other than those given. */
export function free(c: Context, pick: Pick, ...but: number[]): number {
  let n = pick % REGISTERS;
  while (c.reserved.includes(n) || but.includes(n)) n = (n + 1) % REGISTERS;
  return n;
}

/** A register that may be read, other than those given. */
export function readable(pick: Pick, ...but: number[]): number {
  let n = pick % REGISTERS;
  while (but.includes(n)) n = (n + 1) % REGISTERS;
  return n;
}

export const operand = (s: Source, ...but: number[]): Operand =>
  s.kind === 'reg' ? byReg(readable(s.reg, ...but)) : byImm(s.imm);

export function jumpIf(c: Context, { width, op, left, right }: Condition, target: number): void {
  const dst = r(readable(left));
  c.forks++;
  put(c, { kind: 'jump', width, op, dst, src: operand(right), offset: 0 as I16 }, target);
}
export function jump(c: Context, target: number, wide: boolean): void {
  put(c, { kind: 'ja', wide, offset: 0 as I32 }, target);
}

export interface Lowered {
  readonly lines: readonly Line[];
  readonly labels: ReadonlyMap<number, number>;
  readonly called: ReadonlySet<number>;
  readonly cost: Cost;
}

/** A label's number is the callee's, negative: functions are placed after main, and only those that are called. */
export const entryOf = (callee: number): number => -1 - callee;

/** One program: main, then the functions that are called. */
export function link(main: Lowered, functions: readonly Lowered[]): readonly Instruction[] {
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
