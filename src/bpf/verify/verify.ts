/**
 * The rules of the ABI, checked on the bytes of a program.
 *
 * Input: bytecode and its subtype, or the memory of a program without a hook. Output: every rule it breaks; or, for a
 * program that an engine may run without a check, its instructions and what the engine has to know of them.
 * Algorithm: abstract interpretation by exploring paths, as the kernel's verifier does (`verify-explore.ts`); what is
 * known of numbers is in `scalar.ts`, of pointers in `verify-state.ts`.
 *
 * Invariant: what is accepted reads and writes nothing but its context, its stack, the values of its maps and the memory
 * it was given; it reads nothing that was not written before; no number that it computes depends on where something
 * lies; a hook ends.
 * Known weakness: stricter than the kernel's verifier in places. A pointer must not lie before its region, whatever
 * the displacement adds; copies of a number are not tied together. It is never laxer by intent.
 *
 * Source: the ABI description (hooks, contexts, helpers, chains) and RFC 9669.
 */
import { ALL_TRIGGERS } from '../../abi/actions.js';
import { hookAbi, MAX_CHAINS, MAX_INSTRUCTIONS, MAX_SET_PAGES, PAGE_SIZE } from '../../abi/hooks.js';
import type { HookAbi, HookName } from '../../abi/hooks.js';
import { decode } from '../decode.js';
import type { Decoded } from '../decode.js';
import { disassemble } from '../disasm.js';
import { livenessOf } from './liveness.js';
import type { Placed } from '../types.js';
import { BUDGET } from './exploration.js';
import { explore } from './explore.js';
import { shapeOf, unreachable } from './shape.js';
import type { Shape } from './shape.js';
import type { Target, Verification, VerifierError, VerifierMap, VerifierRule } from './types.js';
import { defined } from '../../base/assert.js';

export { renderVerifierError, renderVerifierMessage } from './render.js';
export type {
  PathStep,
  ProgramFacts,
  Verification,
  VerifierError,
  VerifierMap,
  VerifierRule,
} from './types.js';

export interface ProgramToVerify {
  readonly name: string;
  readonly hook: HookName;
  /** Bits of `TRIGGERS`: not 0 for `fs_pick`, 0 for the others. */
  readonly triggerMask: number;
  readonly bytes: Uint8Array;
  /** What LD_IMM64 with a map refers to, by index. */
  readonly maps: readonly VerifierMap[];
}

export interface VerifyOptions {
  /** The row of the hook, instead of the row that `HOOKS` has under the program's hook name. */
  readonly abi?: HookAbi;
  /** Instructions that may be explored, at most a million, which is what it is without. */
  readonly budget?: number;
}

/**
 * A program without a hook. At its start r1 points to `memorySize` bytes that may be read and written, and r2 is
 * their number.
 */
export interface RawToVerify {
  readonly bytes: Uint8Array;
  readonly memorySize: number;
  readonly maps: readonly VerifierMap[];
  /**
   * Numbers of helpers besides those of plain maps (1, 2 and 3), none of the ABI's among them. They take whatever is in r1 to r5, initialised or not,
   * and give a number.
   */
  readonly helpers?: readonly number[];
  readonly budget?: number;
}

/** Slots of a program without a hook. */
const MAX_RAW_SLOTS = 65536;

/** The rules that a program of a hook breaks, in the order of its slots; or what it is. Never throws. */
export function verifyProgram(program: ProgramToVerify, options: VerifyOptions = {}): Verification {
  const hook = options.abi ?? hookAbi(program.hook);
  if (hook === undefined) return { kind: 'refused', errors: [ofProgram('subtype', noHook(program.hook))] };
  const errors = subtypeErrors(program);
  const decoded = decode(program.bytes);
  const count = decoded.instructions.length;
  const isLong = count > MAX_INSTRUCTIONS;
  const size = isLong ? [sizeError(`${count} instructions are more than ${MAX_INSTRUCTIONS}`)] : [];
  const target: Target = { kind: 'hook', hook };
  const { budget = BUDGET } = options;
  return verifyDecoded({ decoded, target, maps: program.maps, budget, errors, size });
}

/** The same for a program without a hook, which may loop and access its memory unaligned. Never throws. */
export function verifyRawProgram(program: RawToVerify): Verification {
  const { bytes, memorySize, maps, helpers = [], budget = BUDGET } = program;
  const slots = Math.floor(bytes.length / 8);
  const size = slots > MAX_RAW_SLOTS ? [sizeError(`${slots} slots are more than ${MAX_RAW_SLOTS}`)] : [];
  const decoded = decode(size.length > 0 ? bytes.subarray(0, 0) : bytes);
  if (size.length > 0) return { kind: 'refused', errors: size };
  const target: Target = { kind: 'raw', memorySize, helpers: new Set(helpers) };
  return verifyDecoded({ decoded, target, maps, budget, errors: [], size });
}

function ofProgram(rule: VerifierRule, message: string): VerifierError {
  return { slot: 0, disassembly: '', rule, message, path: [] };
}

const sizeError = (message: string): VerifierError => ofProgram('size', message);

function noHook(name: string): string {
  return `no kernel has the hook \`${name}\``;
}

function subtypeErrors(program: ProgramToVerify): VerifierError[] {
  const { hook, triggerMask } = program;
  const errors: VerifierError[] = [];
  const refuse = (message: string): void => void errors.push(ofProgram('subtype', message));
  if (hook === 'fs_pick' && triggerMask === 0) refuse('`fs_pick` needs a trigger');
  if (hook !== 'fs_pick' && triggerMask !== 0) refuse(`\`${hook}\` takes no triggers`);
  if ((triggerMask & ~ALL_TRIGGERS) !== 0) {
    refuse(`triggers 0x${(triggerMask >>> 0).toString(16)} have bits that are not triggers`);
  }
  return errors;
}

interface Decodable {
  readonly decoded: Decoded;
  readonly target: Target;
  readonly maps: readonly VerifierMap[];
  readonly budget: number;
  /** Of the program as a whole; those of `size` keep it from being looked at. */
  readonly errors: readonly VerifierError[];
  readonly size: readonly VerifierError[];
}

function verifyDecoded({ decoded, target, maps, budget, errors, size }: Decodable): Verification {
  const form = decoded.errors.map(({ slot, hex, rule, message }): VerifierError => {
    return { slot, disassembly: hex, rule, message, path: [] };
  });
  // What follows needs whole instructions with targets in range, and not too many of them.
  if (form.length + size.length > 0) return { kind: 'refused', errors: [...errors, ...form, ...size] };
  const code = decoded.instructions;
  const shape = shapeOf(code);
  const broken = flowErrors(code, shape, target);
  // Paths are followed only where they stay within functions that do not nest without end.
  if (shape.problems.length > 0) return { kind: 'refused', errors: [...errors, ...broken] };
  const limit = Math.min(budget, BUDGET);
  const input = { code, shape, liveness: livenessOf(code, shape), target, maps, budget: limit };
  const hasty = explore({ ...input, isHasty: true });
  const isDoubtful = hasty.errors.length > 0 && hasty.wasHasty;
  const explored = isDoubtful ? explore({ ...input, isHasty: false }) : hasty;
  const all = [...errors, ...[...broken, ...explored.errors].sort((a, b) => a.slot - b.slot)];
  if (all.length > 0) return { kind: 'refused', errors: all };
  const { unprovenLoops, steps } = explored;
  const { functions, frames } = shape;
  return { kind: 'accepted', code, facts: { unprovenLoops, functions, frames, steps } };
}

function flowErrors(code: readonly Placed[], shape: Shape, target: Target): VerifierError[] {
  const errorAt = (index: number, rule: VerifierRule, message: string): VerifierError => {
    const { slot, instruction } = defined(code[index], 'an instruction of the program');
    return { slot, disassembly: disassemble(instruction), rule, message, path: [] };
  };
  const dead = target.kind === 'hook' ? unreachable(shape) : [];
  return [
    ...shape.problems.map(({ index, rule, message }) => errorAt(index, rule, message)),
    ...dead.map((index) => errorAt(index, 'unreachable', 'no path leads here')),
  ].sort((a, b) => a.slot - b.slot);
}

/** Size of bytecode that counts against the limit of a set; one per program. */
export interface ProgramSize {
  readonly name: string;
  /** Bytes of bytecode. */
  readonly size: number;
}

/**
 * The limits of a set of chains: at most 256 chains, and at most 64 pages of 4096 bytes of programs. A program takes
 * whole pages, and one that chains share counts once (by name).
 * @returns messages, none when the set fits
 */
export function verifySet(chains: readonly (readonly ProgramSize[])[]): readonly string[] {
  const messages: string[] = [];
  if (chains.length > MAX_CHAINS) messages.push(`${chains.length} chains are more than ${MAX_CHAINS}`);
  const programs = new Map(chains.flat().map((p) => [p.name, p.size]));
  const pages = [...programs.values()].reduce((sum, size) => sum + Math.ceil(size / PAGE_SIZE), 0);
  if (pages > MAX_SET_PAGES) {
    messages.push(`the programs take ${pages} pages of ${PAGE_SIZE} bytes, more than ${MAX_SET_PAGES}`);
  }
  return messages;
}
