/** Finds the interpreter of an executable file: in the `#!` line of a script, or in the PT_INTERP segment of an ELF file. */
import { nameFromBytes } from './names.js';

/** Number of bytes at the beginning of a file that are searched. */
export const HEAD_BYTES = 4096;

/** Returns the interpreter that the first bytes of a file name, or undefined. */
export function interpreterOf(head: Uint8Array): string | undefined {
  if (head[0] === 0x23 && head[1] === 0x21) return scriptInterpreter(head);
  const isElf = head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
  return isElf ? elfInterpreter(head) : undefined;
}

/** Returns the first word after `#!`, within the 256 bytes that Linux reads. */
function scriptInterpreter(head: Uint8Array): string | undefined {
  const line = nameFromBytes(head.subarray(2, 256)).split('\n', 1)[0] ?? '';
  const word = line.replace(/^[ \t]+/, '').split(/[ \t\0]/, 1)[0] ?? '';
  return word === '' ? undefined : word;
}

/**
 * Returns the PT_INTERP path of a little-endian ELF file with 64 or 32 bits.
 *
 * Source: elf(5), Elf64_Ehdr, Elf64_Phdr and their 32-bit forms.
 */
function elfInterpreter(head: Uint8Array): string | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 64 || head[5] !== 1) return undefined;
  const wide = head[4] === 2;
  const word = (at: number): number =>
    wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  const table = word(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    if (size < 32 || at + size > head.length) return undefined;
    if (view.getUint32(at, true) !== 3) continue;
    const from = word(at + (wide ? 8 : 4));
    const bytes = head.subarray(from, from + word(at + (wide ? 32 : 16)));
    const end = bytes.indexOf(0);
    return end > 0 ? nameFromBytes(bytes.subarray(0, end)) : undefined;
  }
  return undefined;
}
