/** What is wrong with a program, as the commands about bytecode say it. */
import type { DecodeError } from './decode.js';
import type { VerifierError } from './verify/types.js';

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
  const { slot, disassembly: text, rule, message, path } = error;
  return { slot: text === '' ? null : slot, text, rule, message, path: shortened(path) };
}

function pathStep({ slot, disassembly, taken }: VerifierError['path'][number]): string {
  return `slot ${slot}: ${disassembly}: ${taken ? 'taken' : 'not taken'}`;
}

/** Steps that are shown at either end of a long path: a loop makes hundreds of thousands. */
const SHOWN = 8;

function shortened(path: VerifierError['path']): readonly string[] {
  const hidden = path.length - 2 * SHOWN;
  if (hidden <= 1) return path.map(pathStep);
  return [...path.slice(0, SHOWN).map(pathStep), `… ${hidden} more …`, ...path.slice(-SHOWN).map(pathStep)];
}

/** `name: slot 3: stxw [r1+8], r0: error[rule]: message`, then the path, a step a line. */
export function errorLines(name: string, { slot, text, rule, message, path }: ProgramError): string {
  const place = slot === null ? '' : `slot ${slot}: ${text === '' ? '' : `${text}: `}`;
  return `${name}: ${place}error[${rule}]: ${message}\n${path.map((step) => `  path: ${step}\n`).join('')}`;
}
