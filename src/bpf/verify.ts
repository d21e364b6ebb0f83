/**
 * The rules of the ABI, checked on the bytes of a program.
 *
 * Input: bytecode and its subtype. Output: every rule it breaks; none for a program that the engine may run.
 * Algorithm: abstract interpretation over the acyclic control flow in topological order, joining the states
 * where paths meet, so the time is linear in the size of the program.
 *
 * Known weakness: stricter than the kernel's verifier. No value of a scalar is tracked, so a pointer moves
 * by constants only; pointers are not kept on the stack; local calls are refused; a jump on a
 * condition that is always true still has two ways out. It is never laxer by intent.
 *
 * Source: the ABI description (hooks, contexts, helpers, chains) and RFC 9669.
 */
import { ALL_TRIGGERS } from '../abi/actions.js';
import { HOOKS, MAX_CHAINS, MAX_INSTRUCTIONS, MAX_SET_PAGES, PAGE_SIZE } from '../abi/hooks.js';
import type { HookName } from '../abi/hooks.js';
import { decode } from './decode.js';
import { disassemble } from './disasm.js';
import type { Placed } from './types.js';
import { buildFlow } from './verify-flow.js';
import type { Flow } from './verify-flow.js';
import { INITIAL, join } from './verify-state.js';
import type { State } from './verify-state.js';
import { step } from './verify-step.js';
import type { VerifierError, VerifierMap, VerifierRule } from './verify-types.js';
import { defined } from '../assert.js';

export type { VerifierError, VerifierMap, VerifierRule } from './verify-types.js';

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
  /** Accepts `fs_any`, which no kernel has. */
  readonly hypothetical?: boolean;
}

/** The rules that a program breaks, in the order of its slots. Never throws. */
export function verifyProgram(
  program: ProgramToVerify,
  options: VerifyOptions = {},
): readonly VerifierError[] {
  const errors = subtypeErrors(program, options);
  const decoded = decode(program.bytes);
  for (const { slot, hex, rule, message } of decoded.errors) {
    errors.push({ slot, disassembly: hex, rule, message });
  }
  const count = decoded.instructions.length;
  if (count > MAX_INSTRUCTIONS) {
    errors.push(ofProgram('size', `${count} instructions are more than ${MAX_INSTRUCTIONS}`));
  }
  // What follows needs whole instructions with targets in range, and not too many of them.
  if (decoded.errors.length > 0 || count > MAX_INSTRUCTIONS) return errors;
  return [...errors, ...bodyErrors(program, decoded.instructions)];
}

function ofProgram(rule: VerifierRule, message: string): VerifierError {
  return { slot: 0, disassembly: '', rule, message };
}

function subtypeErrors(program: ProgramToVerify, options: VerifyOptions): VerifierError[] {
  const { hook, triggerMask } = program;
  const errors: VerifierError[] = [];
  const refuse = (message: string): void => void errors.push(ofProgram('subtype', message));
  if (HOOKS[hook].hypothetical && options.hypothetical !== true) refuse(`no kernel has the hook \`${hook}\``);
  if (hook === 'fs_pick' && triggerMask === 0) refuse('`fs_pick` needs a trigger');
  if (hook !== 'fs_pick' && triggerMask !== 0) refuse(`\`${hook}\` takes no triggers`);
  if ((triggerMask & ~ALL_TRIGGERS) !== 0) {
    refuse(`triggers 0x${(triggerMask >>> 0).toString(16)} have bits that are no trigger`);
  }
  return errors;
}

function bodyErrors(program: ProgramToVerify, code: readonly Placed[]): readonly VerifierError[] {
  const errors: VerifierError[] = [];
  const reporter = (index: number) => {
    const { slot, instruction } = defined(code[index], 'an instruction of the program');
    return (rule: VerifierRule, message: string): void => {
      errors.push({ slot, disassembly: disassemble(instruction), rule, message });
    };
  };
  const flow = buildFlow(code);
  for (const index of flow.loops) reporter(index)('loop', 'this jump closes a loop');
  for (const index of flow.unreachable) reporter(index)('unreachable', 'no path leads here');
  interpret(program, code, flow, reporter);
  return errors.sort((a, b) => a.slot - b.slot);
}

type Reporter = (index: number) => (rule: VerifierRule, message: string) => void;

function interpret(program: ProgramToVerify, code: readonly Placed[], flow: Flow, reporter: Reporter): void {
  const states: (State | undefined)[] = [INITIAL];
  for (const index of flow.order) {
    const placed = defined(code[index], 'an instruction in the order of the flow');
    const state = defined(states[index], 'a state before each reached instruction');
    states[index] = undefined; // seen by no one again
    const report = reporter(index);
    const env = { hook: HOOKS[program.hook], maps: program.maps, slot: placed.slot, report };
    const after = step(placed.instruction, state, env);
    const isJa = placed.instruction.kind === 'ja';
    for (const [way, successor] of (flow.successors[index] ?? []).entries()) {
      const taken = isJa || way === 1;
      states[successor] = join(states[successor], taken ? after.taken : after.next);
    }
  }
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
