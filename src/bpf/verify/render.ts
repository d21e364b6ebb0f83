/** Prints errors of the verifier as text. */
import type { PathStep, VerifierError } from './types.js';

/** The number of steps that are shown at each end of a long path. */
const SHOWN = 8;

/**
 * An error as text: the instruction, the rule, the message, and the path to it.
 *
 *     slot 5 `ldxb r0, [r1+8]`: map_value: offset 8, 1 byte, is outside of …
 *       on the path: slot 3 `jeq r0, 0, +2` not taken, slot 4 …
 */
export function renderVerifierError(error: VerifierError): string {
  const head = `${renderPlace(error)}${error.rule}: ${error.message}`;
  return error.path.length === 0 ? head : `${head}\n  on the path: ${renderPath(error.path)}`;
}

/** The instruction and the message, on one line. */
export function renderVerifierMessage(error: VerifierError): string {
  return `${renderPlace(error)}${error.message}`;
}

function renderPlace({ slot, disassembly }: VerifierError): string {
  return disassembly === '' ? '' : `slot ${slot} \`${disassembly}\`: `;
}

function renderPath(path: readonly PathStep[]): string {
  const hidden = path.length - 2 * SHOWN;
  if (hidden <= 1) return path.map(renderStep).join(', ');
  const first = path.slice(0, SHOWN).map(renderStep);
  return [...first, `… ${hidden} more …`, ...path.slice(-SHOWN).map(renderStep)].join(', ');
}

const renderStep = ({ slot, disassembly, taken }: PathStep): string =>
  `slot ${slot} \`${disassembly}\` ${taken ? 'taken' : 'not taken'}`;
