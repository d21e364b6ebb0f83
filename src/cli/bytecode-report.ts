/** What is wrong with a program, as the commands about bytecode say it. */
import type { DecodeError } from '../bpf/decode.js';
import type { VerifierError } from '../bpf/verify-types.js';

export interface ProgramError {
  /** null for an error of the program as a whole. */
  readonly slot: number | null;
  /** The instruction as text, its bytes in hex where they are none, empty for the program as a whole. */
  readonly text: string;
  readonly rule: string;
  readonly message: string;
  /** How the place is reached, where the verifier says it. */
  readonly path: readonly string[];
}

export function ofDecode({ slot, hex, rule, message }: DecodeError): ProgramError {
  return { slot, text: hex, rule, message, path: [] };
}

export function ofVerifier(error: VerifierError): ProgramError {
  const { slot, disassembly: text, rule, message } = error;
  return { slot: text === '' ? null : slot, text, rule, message, path: pathOf(error) };
}

function pathOf(error: object): readonly string[] {
  const path: unknown = 'path' in error ? error.path : undefined;
  return Array.isArray(path) ? path.map(String) : [];
}

/** `name: slot 3: stxw [r1+8], r0: error[rule]: message`, then the path, a step a line. */
export function errorLines(name: string, { slot, text, rule, message, path }: ProgramError): string {
  const place = slot === null ? '' : `slot ${slot}: ${text === '' ? '' : `${text}: `}`;
  return `${name}: ${place}error[${rule}]: ${message}\n${path.map((step) => `  path: ${step}\n`).join('')}`;
}
