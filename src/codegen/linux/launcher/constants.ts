/**
 * The constants of a launcher: texts, tables and structures, laid one after another from a fixed address on.
 *
 * The address of a constant is known as soon as it is added, so that tables can point to texts. Equal texts are kept once.
 */
import { bytesFromName } from '../../../runtime/kernel/names.js';
import { CONSTANTS_AT } from './elf.js';

export interface Constants {
  /** Adds a text that ends in a zero byte and returns its address. A name that is not UTF-8 is a name of `runtime/kernel/names.ts`. */
  readonly text: (text: string) => number;
  /** Adds bytes at an address that is a multiple of 8 and returns the address. */
  readonly bytes: (bytes: Uint8Array) => number;
  /** Returns all that was added, up to a multiple of 8: the code follows, and instructions of aarch64 are aligned. */
  readonly whole: () => Uint8Array;
}

export function makeConstants(): Constants {
  let buffer = Buffer.alloc(1 << 13);
  let end = 0;
  const texts = new Map<string, number>();
  /** Makes room behind the end for so many bytes, which are zeros, and returns the address. */
  const reserve = (length: number): number => {
    const at = end;
    end += length;
    if (end > buffer.length) buffer = Buffer.concat([buffer], Math.max(end, 2 * buffer.length));
    return at;
  };
  const align = (): void => {
    reserve((8 - ((CONSTANTS_AT + end) % 8)) % 8);
  };
  return {
    text: (text) => {
      const known = texts.get(text);
      if (known !== undefined) return known;
      const bytes = bytesFromName(text);
      const at = reserve(bytes.length + 1);
      bytes.copy(buffer, at);
      texts.set(text, CONSTANTS_AT + at);
      return CONSTANTS_AT + at;
    },
    bytes: (bytes) => {
      align();
      const at = reserve(bytes.length);
      buffer.set(bytes, at);
      return CONSTANTS_AT + at;
    },
    whole: () => {
      align();
      return buffer.subarray(0, end);
    },
  };
}
