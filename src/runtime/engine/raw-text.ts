/** A run of a raw program as text and as data. */
import { assertNever } from '../../base/assert.js';
import { hexOf } from '../../base/hex.js';
import { decode } from '../../bpf/decode.js';
import { disassemble } from '../../bpf/disasm.js';
import { errorLines, ofVerifier } from '../../bpf/program-error.js';
import type { RawRun } from './raw.js';
import type { StepTrace } from './step-trace.js';
import { traceJson } from './trace-text.js';

type RunOf<K extends RawRun['kind']> = RawRun & { readonly kind: K };

/** r0, and the memory if the program changed it. */
export function returnedText(run: RunOf<'returned'>, before: Uint8Array): string {
  const memory = hexOf(run.memory);
  return `r0 = 0x${r0Hex(run)}\n${memory === hexOf(before) ? '' : `memory = ${memory}\n`}`;
}

/** Why a program did not run to its end. */
export function failureText(name: string, bytes: Uint8Array, run: RunOf<'refused' | 'fault'>): string {
  if (run.kind === 'fault') return `${name}: ${faultText(bytes, run)}\n`;
  return run.errors.map((error) => errorLines(name, ofVerifier(error))).join('');
}

/** The place and the instruction of a fault, with its message. */
function faultText(bytes: Uint8Array, { slot, message }: RunOf<'fault'>): string {
  const placed = decode(bytes).instructions.find((p) => p.slot === slot);
  if (placed === undefined) return `fault: ${message}`;
  return `slot ${placed.slot}: ${disassemble(placed.instruction)}: fault: ${message}`;
}

/** r0 in hex, without `0x` and without leading zeros. */
export function r0Hex({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16);
}

/** What `schema/bytecode-1.json` says of a run. `before` is the memory that it began with. */
export function rawRunJson(run: RawRun, before: Uint8Array, trace: StepTrace | undefined): object {
  const traced = trace === undefined ? {} : { trace: traceJson(trace) };
  return { format: 'llp-exec', version: 1, ...jsonOf(run, before), ...traced };
}

function jsonOf(run: RawRun, before: Uint8Array): object {
  switch (run.kind) {
    case 'returned': {
      const memory = hexOf(run.memory);
      return { outcome: 'returned', r0: `0x${r0Hex(run)}`, memory, changed: memory !== hexOf(before) };
    }
    case 'refused':
      return { outcome: 'refused', errors: run.errors.map(ofVerifier) };
    case 'fault':
      return { outcome: 'fault', slot: run.slot ?? null, message: run.message };
    default:
      return assertNever(run);
  }
}
