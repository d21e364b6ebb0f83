/**
 * The constants of a launcher: texts, tables and structures, laid one after another from a fixed address on.
 *
 * The address of a constant is known as soon as it is added, so that tables can point to texts. Equal texts are kept once.
 */
import { CONSTANTS_AT } from './elf.js';

export interface Constants {
  /** Adds a text that ends in a zero byte and returns its address. */
  readonly text: (text: string) => number;
  /** Adds bytes at an address that is a multiple of 8 and returns the address. */
  readonly bytes: (bytes: Uint8Array) => number;
  /** Returns all that was added. */
  readonly whole: () => Uint8Array;
}

export function makeConstants(): Constants {
  const parts: Buffer[] = [];
  const texts = new Map<string, number>();
  let end = CONSTANTS_AT;
  const append = (part: Buffer): number => {
    const at = end;
    parts.push(part);
    end += part.length;
    return at;
  };
  return {
    text: (text) => {
      const known = texts.get(text);
      if (known !== undefined) return known;
      const at = append(Buffer.from(`${text}\0`));
      texts.set(text, at);
      return at;
    },
    bytes: (bytes) => {
      append(Buffer.alloc((8 - (end % 8)) % 8));
      return append(Buffer.from(bytes));
    },
    whole: () => Buffer.concat(parts),
  };
}
