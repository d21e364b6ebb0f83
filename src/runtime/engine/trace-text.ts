/** A traced run as lines of text, and as data: the instruction, and what it changed. */
import { counted, printable } from '../../base/text.js';
import type { ManifestProgram, ManifestSpan } from '../../artifact/manifest.js';
import { disassemble } from '../../bpf/disasm.js';
import type { RegisterView } from './stepper.js';
import type { StepTrace, TracedStep, WrittenMemory } from './step-trace.js';
import { assertNever } from '../../base/assert.js';
import { hexOf } from '../../base/hex.js';

/** Column of the changes. */
const WIDTH = 40;

/** `   3  stxdw [r10-8], r1    stack-8: context+0`; a function's instructions are indented by its depth. */
function traceLine(step: TracedStep): string {
  const text = `${'  '.repeat(step.depth)}${disassemble(step.instruction)}`;
  const changes = changesOf(step).map(({ place, value, note }) => {
    const shown = note === undefined ? value : `${value} (${note})`;
    return /^r\d/.test(place) ? `${place} = ${shown}` : `${place}: ${shown}`;
  });
  const all = [...changes, ...goesTo(step)].join(', ');
  return `${String(step.slot).padStart(4)}  ${text.padEnd(WIDTH)} ${all}`.trimEnd();
}

function omittedText(omitted: number): string {
  return `… ${counted(omitted, 'more instruction')}: see \`--trace-limit\``;
}

/** The trace of a raw program, a line for each instruction. */
export function traceText({ steps, omitted }: StepTrace): string {
  const lines = steps.map(traceLine);
  if (omitted > 0) lines.push(omittedText(omitted));
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * The trace of a program of a manifest. Above the instructions stand the place in the policy that they come from and what
 * they are for, where one of the two is another than before.
 */
export function hookTraceLines(
  { steps, omitted }: StepTrace,
  row: ManifestProgram | undefined,
  placeText: (span: ManifestSpan) => string,
): readonly string[] {
  const lines: string[] = [];
  let range: ManifestProgram['spans'][number] | undefined;
  let place = '';
  for (const step of steps) {
    const found = row?.spans.find(({ from, to }) => from <= step.slot && step.slot < to);
    if (found !== undefined && found !== range) {
      const here = placeText(found.span);
      const parts = [here === place ? '' : here, printable(found.note)].filter((part) => part !== '');
      if (parts.length > 0) lines.push(`      ; ${parts.join(': ')}`);
      place = here;
    }
    range = found ?? range;
    lines.push(traceLine(step));
  }
  if (omitted > 0) lines.push(`      ${omittedText(omitted)}`);
  return [...lines, ''];
}

/** What `--format json` says of a trace. */
export function traceJson({ steps, omitted }: StepTrace): object {
  const rows = steps.map((step) => ({
    slot: step.slot,
    text: disassemble(step.instruction),
    depth: step.depth,
    changes: changesOf(step).map(({ place, value }) => ({ place, value })),
    next: step.next ?? null,
  }));
  return { steps: rows, omitted };
}

interface ValueChange {
  /** A register, or where in memory. */
  readonly place: string;
  readonly value: string;
  /** The value in decimal, where that says more. */
  readonly note: string | undefined;
}

function changesOf({ registers, written }: TracedStep): readonly ValueChange[] {
  const changes = registers.map(({ register, value }): ValueChange => ({
    place: `r${register}`,
    value: viewText(value),
    note: decimalOf(value),
  }));
  return written === undefined ? changes : [...changes, writtenChange(written)];
}

function writtenChange({ at, bytes, pointer }: WrittenMemory): ValueChange {
  return {
    place: viewText(at),
    value: pointer === undefined ? hexOf(bytes) : viewText(pointer),
    note: undefined,
  };
}

/** Where a jump, a call or a return goes when that is not the next slot. */
function goesTo({ instruction: { kind }, slot, next }: TracedStep): readonly string[] {
  const jumps = kind === 'jump' || kind === 'ja' || kind === 'call_local' || kind === 'exit';
  if (!jumps || next === undefined) return [];
  if (kind === 'jump' && next === slot + 1) return ['not taken'];
  return [`to slot ${next}`];
}

function viewText(view: RegisterView): string {
  switch (view.kind) {
    case 'unset':
      return 'unset';
    case 'scalar':
      return `0x${numberOf(view).toString(16)}`;
    case 'pointer': {
      const { into, offset, map } = view;
      const distance = `${offset < 0 ? '' : '+'}${offset}`;
      switch (into) {
        case 'context':
        case 'stack':
        case 'memory':
          return `${into}${distance}`;
        case 'map value':
          return `value of \`${printable(map ?? '?')}\`${distance}`;
        case 'map':
          return `map \`${printable(map ?? String(offset))}\``;
        case 'chain':
        case 'inode':
        case 'tag object':
          return `${into} ${offset}`;
        default:
          return assertNever(into);
      }
    }
    default:
      return assertNever(view);
  }
}

type Halves = { readonly lo: number; readonly hi: number };
const numberOf = ({ lo, hi }: Halves): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** Numbers beyond that are masks and cookies, which nobody reads in decimal. */
const SMALL = 65536n;

function decimalOf(view: RegisterView): string | undefined {
  if (view.kind !== 'scalar') return undefined;
  const n = BigInt.asIntN(64, numberOf(view));
  return n > -SMALL && n < SMALL && (n < 0n || n > 9n) ? String(n) : undefined;
}
