/** Bytes as hex text: pairs of digits, with white space between bytes or words and `0x` before them where one likes. */
import { printable } from './text.js';

export type ParsedHex =
  { readonly kind: 'ok'; readonly bytes: Uint8Array } | { readonly kind: 'failed'; readonly why: string };

/** Reads hex text. `0x` does not turn the order: the bytes are as they are written. */
export function parseHex(text: string): ParsedHex {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const digits = words.map((word) => word.replace(/^0x(?=.)/i, ''));
  const odd = digits.findIndex((word) => word.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(word));
  const word = words[odd];
  if (word !== undefined) return { kind: 'failed', why: `\`${shown(word)}\` is not hex text of whole bytes` };
  return { kind: 'ok', bytes: Uint8Array.from(Buffer.from(digits.join(''), 'hex')) };
}

function shown(word: string): string {
  const short = word.length > 20 ? `${word.slice(0, 20)}…` : word;
  return printable(short);
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
