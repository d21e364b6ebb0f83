/** A run of a raw program with the options of the command line, and what is said of it. */
import { decode } from '../../bpf/decode.js';
import { disassemble } from '../../bpf/disasm.js';
import type { RawRun } from '../../runtime/engine/raw.js';

/** The place and the instruction of a fault. */
export function faultText(bytes: Uint8Array, { slot, message }: RawRun & { readonly kind: 'fault' }): string {
  const placed = decode(bytes).instructions.find((p) => p.slot === slot);
  if (placed === undefined) return `fault: ${message}`;
  return `slot ${placed.slot}: ${disassemble(placed.instruction)}: fault: ${message}`;
}

/** Without `0x`, without leading zeros. */
export function r0Hex({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16);
}
