/**
 * Checks the bytes of a program against the rules of the ABI.
 *
 * Input: bytecode and its subtype, or the memory of a program without a hook. Output: the rules that the program
 * breaks; or, for a program that an engine may run without checks, its instructions and what the engine has to know.
 * Algorithm: abstract interpretation that explores paths, as the kernel's verifier does (`explore.ts`). `scalar.ts`
 * describes what is known of numbers, `state.ts` what is known of pointers.
 *
 * Invariant: an accepted program accesses only its context, its stack, the values of its maps and the memory that it is
 * given. It reads no stack byte or register before it is written. No number that it computes depends on an address. A
 * hook ends.
 * Known weakness: in places it is stricter than the kernel's verifier. A pointer must not lie before its region even if
 * the displacement moves the access into it, and copies of a number are not linked. It is never less strict by intent.
 *
 * Source: the ABI description (hooks, contexts, helpers, chains) and RFC 9669.
 */
import { ALL_TRIGGERS } from '../../abi/actions.js';
import {
  hookAbi,
  MAX_CHAINS,
  MAX_INSTRUCTIONS,
  MAX_SET_PAGES,
  PAGE_SIZE,
  programPages,
} from '../../abi/hooks.js';
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
import type { VerifierTarget, Verification, VerifierError, VerifierMap, VerifierRule } from './types.js';
import { defined } from '../../base/assert.js';

export { renderVerifierError, renderVerifierMessage } from './render.js';
export type { ProgramFacts, Verification, VerifierError, VerifierMap, VerifierRule } from './types.js';

export interface ProgramToVerify {
  readonly name: string;
  readonly hook: HookName;
  /** Bits of `TRIGGERS`: not 0 for `fs_pick`, 0 for the others. */
  readonly triggerMask: number;
  readonly bytes: Uint8Array;
  /** The maps that LD_IMM64 refers to by index. */
  readonly maps: readonly VerifierMap[];
}

export interface VerifyOptions {
  /** The row of the hook. Default: the row that `HOOKS` has under the program's hook name. */
  readonly abi?: HookAbi;
  /** The number of instructions that may be explored: at most a million, which is also the default. */
  readonly budget?: number;
}

/**
 * A program without a hook. At its start r1 points to `memorySize` bytes that it may read and write, and r2 holds
 * `memorySize`.
 */
export interface RawToVerify {
  readonly bytes: Uint8Array;
  readonly memorySize: number;
  readonly maps: readonly VerifierMap[];
  /**
   * Numbers of helpers that the program may call besides those of plain maps (1, 2 and 3). The other helpers of the ABI
   * are not allowed here. A helper receives r1 to r5, initialised or not, and returns a number.
   */
  readonly helpers?: readonly number[];
  readonly budget?: number;
}

/** The number of slots that a program without a hook may have. */
const MAX_RAW_SLOTS = 65536;

/** Verifies a program of a hook. Returns its errors by slot, or its instructions and facts. Never throws. */
export function verifyProgram(program: ProgramToVerify, options: VerifyOptions = {}): Verification {
  const hook = options.abi ?? hookAbi(program.hook);
  if (hook === undefined) return { kind: 'refused', errors: [ofProgram('subtype', noHook(program.hook))] };
  const errors = subtypeErrors(program);
  const decoded = decode(program.bytes);
  const count = decoded.instructions.length;
  const isLong = count > MAX_INSTRUCTIONS;
  const size = isLong ? [sizeError(`${count} instructions are more than ${MAX_INSTRUCTIONS}`)] : [];
  const target: VerifierTarget = { kind: 'hook', hook };
  const { budget = BUDGET } = options;
  return verifyDecoded({ decoded, target, maps: program.maps, budget, errors, size });
}

/** Verifies a program without a hook, which may loop and access its memory unaligned. Never throws. */
export function verifyRawProgram(program: RawToVerify): Verification {
  const { bytes, memorySize, maps, helpers = [], budget = BUDGET } = program;
  const slots = Math.floor(bytes.length / 8);
  const size = slots > MAX_RAW_SLOTS ? [sizeError(`${slots} slots are more than ${MAX_RAW_SLOTS}`)] : [];
  const decoded = decode(size.length > 0 ? bytes.subarray(0, 0) : bytes);
  if (size.length > 0) return { kind: 'refused', errors: size };
  const target: VerifierTarget = { kind: 'raw', memorySize, helpers: new Set(helpers) };
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
  readonly target: VerifierTarget;
  readonly maps: readonly VerifierMap[];
  readonly budget: number;
  /** Errors of the program as a whole. With an error in `size`, the instructions are not checked. */
  readonly errors: readonly VerifierError[];
  readonly size: readonly VerifierError[];
}

function verifyDecoded({ decoded, target, maps, budget, errors, size }: Decodable): Verification {
  const form = decoded.errors.map(({ slot, hex, rule, message }): VerifierError => {
    return { slot, disassembly: hex, rule, message, path: [] };
  });
  // The next steps need whole instructions with targets in range, and a limited number of them.
  if (form.length + size.length > 0) return { kind: 'refused', errors: [...errors, ...form, ...size] };
  const code = decoded.instructions;
  const shape = shapeOf(code);
  const broken = flowErrors(code, shape, target);
  // The exploration relies on paths that stay within functions and on calls that nest to a limited depth.
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

function flowErrors(code: readonly Placed[], shape: Shape, target: VerifierTarget): VerifierError[] {
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

/** The size of one program, which counts against the limit of a set. */
export interface ProgramSize {
  readonly name: string;
  /** Bytes of bytecode. */
  readonly size: number;
}

/**
 * Checks the limits of a set of chains: at most 256 chains, and at most 64 pages of 4096 bytes of programs. A program
 * takes whole pages. A program that several chains share (by name) counts once. The kernel counts less: of the chain that
 * is added last, it counts the last program alone.
 * @returns messages; none if the set fits
 */
export function verifySet(chains: readonly (readonly ProgramSize[])[]): readonly string[] {
  const messages: string[] = [];
  if (chains.length > MAX_CHAINS) messages.push(`${chains.length} chains are more than ${MAX_CHAINS}`);
  const programs = new Map(chains.flat().map((p) => [p.name, p.size]));
  const pages = [...programs.values()].reduce((sum, size) => sum + programPages(size), 0);
  if (pages > MAX_SET_PAGES) {
    messages.push(`the programs take ${pages} pages of ${PAGE_SIZE} bytes, more than ${MAX_SET_PAGES}`);
  }
  return messages;
}
