/**
 * Turns forms into machine code: addresses of labels first, then bytes.
 *
 * The length of a form does not depend on where labels are, so that one pass finds all addresses and a second one writes the
 * bytes. A label that is missing or that stands twice is a fault of the caller.
 */
import { assert, defined } from '../../../../base/assert.js';
import { encodeAarch64 } from './aarch64.js';
import type { Architecture, CpuForm } from './forms.js';
import { encodeX86 } from './x86-64.js';

const ENCODERS = { 'x86-64': encodeX86, aarch64: encodeAarch64 } as const;

/** The bytes of each form. In those of a form that names a label, the label is at address 0. */
export type EncodedForms = readonly (readonly number[])[];

/** Encodes forms before the addresses are known. */
export function encodeForms(forms: readonly CpuForm[], architecture: Architecture): EncodedForms {
  const encode = ENCODERS[architecture];
  return forms.map((form) => encode(form, 0, () => 0));
}

/** Returns the number of bytes of all forms. */
export function lengthOf(encoded: EncodedForms): number {
  return encoded.reduce((sum, bytes) => sum + bytes.length, 0);
}

/**
 * Returns the machine code of forms.
 * @param at the address of the first byte
 * @param data the addresses of labels outside of the code
 * @param encoded what `encodeForms` returns, where it is known
 */
export function assemble(
  forms: readonly CpuForm[],
  architecture: Architecture,
  at: number,
  data: ReadonlyMap<string, number> = new Map(),
  encoded: EncodedForms = encodeForms(forms, architecture),
): Uint8Array {
  const encode = ENCODERS[architecture];
  const labels = labelsOf(forms, at, data, encoded);
  const addressOf = (name: string): number => defined(labels.get(name), `the label ${name} is missing`);
  const code = new Uint8Array(lengthOf(encoded));
  let end = 0;
  forms.forEach((form, i) => {
    const bytes = namesLabel(form) ? encode(form, at + end, addressOf) : (encoded[i] ?? []);
    code.set(bytes, end);
    end += bytes.length;
  });
  return code;
}

function namesLabel({ kind }: CpuForm): boolean {
  return kind === 'address' || kind === 'branch' || kind === 'jump' || kind === 'call';
}

function labelsOf(
  forms: readonly CpuForm[],
  at: number,
  data: ReadonlyMap<string, number>,
  encoded: EncodedForms,
): ReadonlyMap<string, number> {
  const labels = new Map(data);
  let address = at;
  forms.forEach((form, i) => {
    if (form.kind === 'label') {
      assert(!labels.has(form.name), `the label ${form.name} stands twice`);
      labels.set(form.name, address);
    }
    address += encoded[i]?.length ?? 0;
  });
  return labels;
}
