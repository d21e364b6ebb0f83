/**
 * Makes forms of the steps of a system-call plan.
 *
 * Registers: `s1` points to the row that is carried out, and is 0 outside of rows; `s4` points behind the last row; `s5` points
 * to the argument before the command; `s2` and `s3` are used within a step. Rows are a table of constants, so that 20,000
 * rules are 20,000 rows and one piece of code. What a failed call says stands behind all steps, out of the way.
 */
import { errnoNumber } from '../../../abi/errno-words.js';
import { assert, assertNever, defined } from '../../../base/assert.js';
import { printable } from '../../../base/text.js';
import { byteLength } from '../../../runtime/kernel/names.js';
import * as asm from './asm/forms.js';
import type { CpuForm, CpuReg } from './asm/forms.js';
import type { Constants } from './constants.js';
import { executeForms } from './execute-forms.js';
import { numberOf, REFUSE, REPORT, SUBROUTINE, type Generator } from './generator.js';
import { deviceWord } from './kernel-values.js';
import type { CallStep, PlanStep, StepColumn, StepRow, StepValue } from './steps.js';

/** The bit layout of a row: see `rowBytes`. */
const ROW_SIZE = 56;
const COLUMNS: Readonly<Record<StepColumn, readonly [offset: number, width: asm.AccessWidth]>> = {
  path: [0, 4],
  parent: [36, 4],
  open: [8, 4],
  value: [12, 4],
  device: [16, 8],
  inode: [24, 8],
  compared: [32, 1],
  optional: [33, 1],
  hidden: [34, 1],
  born: [35, 1],
  'birth seconds': [40, 8],
  'birth nanoseconds': [48, 4],
};
/** In nanoseconds. */
const SECOND = 1_000_000_000n;
/** The first result that is an error: the last 4095 values are negated error numbers. */
const FIRST_ERROR = -4095;

/** Labels of the `each` or `count` around a step: where the next row or number begins, and what follows the last one. */
interface Around {
  readonly next: string;
  readonly end: string;
}

/** Returns the forms of steps. */
export function stepForms(steps: readonly PlanStep[], to: Generator, around?: Around): CpuForm[] {
  return steps.flatMap((step) => formsOf(step, to, around));
}

function formsOf(step: PlanStep, to: Generator, around: Around | undefined): CpuForm[] {
  switch (step.kind) {
    case 'call':
      return callForms(step, to, around);
    case 'keep':
      return [...valueForms(step.value, 's2', to), ...keepForms('s2', step.name, to)];
    case 'set':
      return [
        ...valueForms(step.value, 's2', to),
        asm.address('s3', to.memory.part(step.memory.name, step.memory.size)),
        asm.store('s2', 's3', step.offset),
      ];
    case 'id-map':
      return idMapForms(step, to);
    case 'if':
      return ifForms(step, to, around);
    case 'refuse':
      return [asm.constant('a0', to.constants.text(step.why)), asm.jump(REFUSE)];
    case 'each':
      return eachForms(step.rows, step.steps, to);
    case 'count':
      return countForms(step, to);
    case 'execute':
      return executeForms(to);
    default:
      return assertNever(step);
  }
}

const ARGUMENTS = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'] as const;

function callForms(step: CallStep, to: Generator, around: Around | undefined): CpuForm[] {
  const failed = to.fresh('failed');
  const on = to.fresh('on');
  to.behind.push(...failedForms(step, failed, on, to, around));
  return [
    ...step.args.flatMap((value, i) => valueForms(value, defined(ARGUMENTS[i], 'at most 6 arguments'), to)),
    asm.syscall(numberOf(step.call, to.architecture)),
    asm.branch('atLeast', 'ret', FIRST_ERROR, failed),
    ...(step.keep === undefined ? [] : keepForms('ret', step.keep, to)),
    asm.label(on),
  ];
}

/** What is done when a call failed: goes on where the error is tolerated, reports it otherwise. */
function failedForms(
  { keep, tolerated, fails }: CallStep,
  failed: string,
  on: string,
  to: Generator,
  around: Around | undefined,
): CpuForm[] {
  const report = [asm.constant('a0', to.constants.text(printable(fails))), asm.jump(REPORT)];
  if (tolerated === undefined) return [asm.label(failed), ...report];
  const reported = to.fresh('reported');
  const goOn = to.fresh('tolerated');
  const { then } = tolerated;
  const target = then === 'on' ? on : defined(around, 'rows or numbers around the step')[then];
  return [
    asm.label(failed),
    ...(tolerated.where === undefined
      ? []
      : [...valueForms(tolerated.where, 's2', to), asm.branch('eq', 's2', 0, reported)]),
    ...(tolerated.errors?.map((name) => asm.branch('eq', 'ret', -errnoNumber(name), goOn)) ?? [
      asm.jump(goOn),
    ]),
    asm.label(reported),
    ...report,
    asm.label(goOn),
    ...(keep === undefined ? [] : [asm.constant('ret', 0), ...keepForms('ret', keep, to)]),
    asm.jump(target),
  ];
}

function keptAt(name: string, to: Generator): string {
  return to.memory.part(`kept ${name}`, 8);
}

function keepForms(from: CpuReg, name: string, to: Generator): CpuForm[] {
  return [asm.address('s3', keptAt(name, to)), asm.store(from, 's3')];
}

/** Puts a value into a register. Only that register changes, and `s3` for `and`. */
function valueForms(value: StepValue, reg: CpuReg, to: Generator): CpuForm[] {
  switch (value.kind) {
    case 'number':
      return [asm.constant(reg, value.value)];
    case 'text':
      return [asm.constant(reg, to.constants.text(value.text))];
    case 'structure':
      return [asm.constant(reg, structureAt(value.words, to.constants))];
    case 'kept':
      return [asm.address(reg, keptAt(value.name, to)), asm.load(reg, reg)];
    case 'memory':
      return [asm.address(reg, to.memory.part(value.memory.name, value.memory.size))];
    case 'field': {
      const { offset, width } = value.field;
      const at = to.memory.part(value.memory.name, value.memory.size);
      return [asm.address(reg, at), asm.load(reg, reg, offset, width)];
    }
    case 'column':
      return [asm.load(reg, 's1', ...COLUMNS[value.column])];
    case 'and':
      assert(value.right.kind !== 'and' && reg !== 's3', '`and` nests on the left, outside of s3');
      return [...valueForms(value.left, reg, to), ...valueForms(value.right, 's3', to), asm.and(reg, 's3')];
    default:
      return assertNever(value);
  }
}

function structureAt(words: readonly (bigint | Uint8Array)[], constants: Constants): number {
  const bytes = Buffer.alloc(words.length * 8);
  words.forEach((word, i) =>
    bytes.writeBigUInt64LE(typeof word === 'bigint' ? word : BigInt(constants.bytes(word)), i * 8),
  );
  return constants.bytes(bytes);
}

const OPPOSITE = { eq: 'ne', ne: 'eq', below: 'atLeast', atLeast: 'below' } as const;

function ifForms(
  step: PlanStep & { readonly kind: 'if' },
  to: Generator,
  around: Around | undefined,
): CpuForm[] {
  const otherwise = to.fresh('otherwise');
  const end = to.fresh('end');
  return [
    ...valueForms(step.left, 's2', to),
    ...valueForms(step.right, 'a0', to),
    asm.branch(OPPOSITE[step.is], 's2', 'a0', otherwise),
    ...stepForms(step.then, to, around),
    asm.jump(end),
    asm.label(otherwise),
    ...stepForms(step.otherwise, to, around),
    asm.label(end),
  ];
}

function eachForms(rows: readonly StepRow[], steps: readonly PlanStep[], to: Generator): CpuForm[] {
  const [top, next, end] = [to.fresh('each'), to.fresh('next'), to.fresh('end')];
  const at = to.constants.bytes(rowBytes(rows, to.constants));
  return [
    asm.constant('s1', at),
    asm.constant('s4', at + rows.length * ROW_SIZE),
    asm.label(top),
    asm.branch('atLeast', 's1', 's4', end),
    ...stepForms(steps, to, { next, end }),
    asm.label(next),
    asm.add('s1', ROW_SIZE),
    asm.jump(top),
    asm.label(end),
    asm.constant('s1', 0),
  ];
}

/**
 * A row of the table:
 *
 *     0 path   4 path as shown   8 flags of open   12 value   16 device   24 inode
 *     32 compared, optional, hidden, born: a byte each   36 parent, or 0
 *     40 seconds and 48 nanoseconds of the birth   52 unused
 *
 * Where there is a parent, the path points to the last name in the text of the whole path.
 */
function rowBytes(rows: readonly StepRow[], constants: Constants): Uint8Array {
  const bytes = Buffer.alloc(rows.length * ROW_SIZE);
  rows.forEach((row, i) => {
    const at = i * ROW_SIZE;
    bytes.writeUInt32LE(constants.text(row.path) + nameOffset(row), at);
    bytes.writeUInt32LE(constants.text(shownPath(row.path)), at + 4);
    bytes.writeUInt32LE(row.open, at + 8);
    bytes.writeUInt32LE(row.value, at + 12);
    bytes.writeBigUInt64LE(deviceWord(row.device), at + 16);
    bytes.writeBigUInt64LE(row.inode, at + 24);
    [row.compared, row.optional, row.hidden, row.birth !== null].forEach((flag, j) =>
      bytes.writeUInt8(Number(flag), at + 32 + j),
    );
    bytes.writeUInt32LE(row.parent === null ? 0 : constants.text(row.parent), at + 36);
    const nanoseconds = (((row.birth ?? 0n) % SECOND) + SECOND) % SECOND;
    bytes.writeBigInt64LE(((row.birth ?? 0n) - nanoseconds) / SECOND, at + 40);
    bytes.writeUInt32LE(Number(nanoseconds), at + 48);
  });
  return bytes;
}

function nameOffset({ parent }: StepRow): number {
  if (parent === null) return 0;
  return parent === '/' ? 1 : byteLength(parent) + 1;
}

/** A path made safe for printing. A byte that is not UTF-8 becomes U+FFFD. */
function shownPath(path: string): string {
  const shown = printable(path);
  return /[\ud800-\udfff]/.test(shown) ? Buffer.from(shown).toString() : shown;
}

function countForms(step: PlanStep & { readonly kind: 'count' }, to: Generator): CpuForm[] {
  const [top, next, end] = [to.fresh('count'), to.fresh('next'), to.fresh('end')];
  const counter = keptAt(step.name, to);
  return [
    asm.constant('s2', 0),
    ...keepForms('s2', step.name, to),
    asm.label(top),
    asm.address('s2', counter),
    asm.load('s2', 's2'),
    asm.branch('atLeast', 's2', step.below, end),
    ...stepForms(step.steps, to, { next, end }),
    asm.label(next),
    asm.address('s3', counter),
    asm.load('s2', 's3'),
    asm.add('s2', 1),
    asm.store('s2', 's3'),
    asm.jump(top),
    asm.label(end),
  ];
}

/** Writes `ID ID 1`: within the namespace, outside, how many. */
function idMapForms(step: PlanStep & { readonly kind: 'id-map' }, to: Generator): CpuForm[] {
  const at = to.memory.part(step.memory.name, step.memory.size);
  const id = (): CpuForm[] => [
    asm.address('a0', keptAt(step.id, to)),
    asm.load('a0', 'a0'),
    asm.call(SUBROUTINE.decimal),
  ];
  const text = (what: string): CpuForm[] => [
    asm.constant('a0', to.constants.text(what)),
    asm.call(SUBROUTINE.append),
  ];
  return [
    asm.address('s0', at),
    ...id(),
    ...text(' '),
    ...id(),
    ...text(' 1'),
    asm.address('s2', at),
    asm.sub('s0', 's2'),
    ...keepForms('s0', step.length, to),
  ];
}
