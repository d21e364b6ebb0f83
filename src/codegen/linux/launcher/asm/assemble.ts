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

/** Returns the number of bytes of each form. */
export function lengthsOf(forms: readonly CpuForm[], architecture: Architecture): readonly number[] {
  const encode = ENCODERS[architecture];
  return forms.map((form) => encode(form, 0, () => 0).length);
}

/**
 * Returns the machine code of forms.
 * @param at the address of the first byte
 * @param data the addresses of labels outside of the code
 * @param lengths what `lengthsOf` returns, where it is known
 */
export function assemble(
  forms: readonly CpuForm[],
  architecture: Architecture,
  at: number,
  data: ReadonlyMap<string, number> = new Map(),
  lengths: readonly number[] = lengthsOf(forms, architecture),
): Uint8Array {
  const encode = ENCODERS[architecture];
  const labels = new Map(data);
  let address = at;
  forms.forEach((form, i) => {
    if (form.kind === 'label') {
      assert(!labels.has(form.name), `the label ${form.name} stands twice`);
      labels.set(form.name, address);
    }
    address += lengths[i] ?? 0;
  });
  const code = new Uint8Array(address - at);
  address = at;
  for (const form of forms) {
    const bytes = encode(form, address, (name) => defined(labels.get(name), `the label ${name} is missing`));
    code.set(bytes, address - at);
    address += bytes.length;
  }
  return code;
}
