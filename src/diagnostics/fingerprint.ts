/**
 * Computes fingerprints of lines, by which code hosts recognise a finding after lines above it have changed.
 *
 * The fingerprint of a line is a hash of the first 100 characters from its beginning, without spaces and tabs. Line
 * ends count as `\n`, the end of the text as U+FFFF, and characters beyond it as 0. Equal hashes get a counter. The
 * hash is polynomial, modulo 2^64 with base 37: the same that GitHub's upload action computes
 * (`primaryLocationLineHash`) for logs that have none.
 */
import type { SourceText } from './types.js';

const WINDOW = 100;
const BASE = 37n;
const END = '\uffff';

const KNOWN = new WeakMap<SourceText, readonly string[]>();

/** The fingerprint of a line. Lines count from 1. */
export function lineFingerprint(source: SourceText, line: number): string {
  const known = KNOWN.get(source) ?? fingerprints(source.text);
  KNOWN.set(source, known);
  return known[line - 1] ?? '';
}

function fingerprints(text: string): string[] {
  const kept = text.replace(/\r\n?/g, '\n').replace(/[ \t]/g, '') + END;
  const starts = lineStartsOf(kept);
  const hashes = windowHashes(kept);
  const seen = new Map<string, number>();
  return starts.map((at) => {
    const hash = (hashes[at] ?? 0n).toString(16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  });
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/**
 * The hash of the window at every offset. Each is computed from the next, from the end of the text to its beginning.
 */
function windowHashes(text: string): bigint[] {
  const wrap = (n: bigint): bigint => BigInt.asUintN(64, n);
  const inverse = inverseOf(BASE);
  const top = wrap(BASE ** BigInt(WINDOW - 1));
  const unit = (at: number): bigint => BigInt(at < text.length ? text.charCodeAt(at) : 0);
  const hashes = new Array<bigint>(text.length).fill(0n);
  let hash = 0n;
  for (let at = text.length - 1; at >= 0; at--) {
    hash = wrap((hash - unit(at + WINDOW)) * inverse + unit(at) * top);
    hashes[at] = hash;
  }
  return hashes;
}

/** The inverse of an odd number modulo 2^64, by Newton's iteration: each step doubles the number of correct bits. */
function inverseOf(odd: bigint): bigint {
  let inverse = odd;
  for (let bits = 3; bits < 64; bits *= 2) inverse = BigInt.asUintN(64, inverse * (2n - odd * inverse));
  return inverse;
}
