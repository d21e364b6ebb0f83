/**
 * Converts file names between bytes and strings. In the kernel a name is a sequence of bytes. Here it is a string, in which
 * the lone surrogate U+DC00 + byte stands for a byte that is not valid UTF-8. So the conversion loses nothing.
 */

/** Longest component in bytes, and the length in bytes that a path must stay below. */
const NAME_MAX = 255;
const PATH_MAX = 4096;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the string of a name: valid UTF-8 is decoded, every other byte becomes U+DC80 … U+DCFF. */
export function nameFromBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodePieces(bytes);
  }
}

function decodePieces(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const length = sequenceAt(bytes, i);
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[i] ?? 0));
    else text += decoder.decode(bytes.subarray(i, i + length));
    i += Math.max(length, 1);
  }
  return text;
}

/** Returns the length of the valid UTF-8 sequence at `i`, or 0. */
function sequenceAt(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(i, i + length));
    return length;
  } catch {
    return 0;
  }
}

/** Returns the bytes of a name. It is the inverse of `nameFromBytes`. */
export function bytesFromName(name: string): Buffer {
  if (!/[\udc80-\udcff]/.test(name)) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  for (const char of name) {
    const unit = char.charCodeAt(0);
    const raw = char.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    parts.push(raw ? Buffer.from([unit - 0xdc00]) : Buffer.from(char, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Returns the length of a name or a path in bytes. A lone surrogate that stands for a byte counts as one. */
export function byteLength(name: string): number {
  let length = 0;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xdc80 && unit <= 0xdcff && !isHigh(name.charCodeAt(i - 1))) length += 1;
    else if (isHigh(unit) && isLow(name.charCodeAt(i + 1))) {
      length += 4;
      i++;
    } else length += 3;
  }
  return length;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Returns whether a component has more than 255 bytes. For short strings, two comparisons decide. */
export function nameTooLong(name: string): boolean {
  return name.length > NAME_MAX || (name.length > NAME_MAX / 3 && byteLength(name) > NAME_MAX);
}

/** Returns whether a path has 4096 bytes or more; on Linux the NUL at its end counts. */
export function pathTooLong(path: string): boolean {
  return path.length >= PATH_MAX || (path.length >= PATH_MAX / 3 && byteLength(path) >= PATH_MAX);
}
