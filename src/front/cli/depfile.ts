/**
 * A depfile: what a build read, as a rule that GNU make includes and Ninja reads.
 *
 * Input: the file that a build writes last, and the files that it read. Output: text, or the name that cannot be written:
 * make and Ninja agree on few ways to quote. Each input also stands as a rule of its own without prerequisites, so that make
 * goes on when an import is deleted, and asks for a rebuild.
 *
 * Sources: the GNU make manual, 4.2 and 4.3; the Ninja manual, "Depfile"; and both programs, tried on every such name.
 */

export type Depfile =
  { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'refused'; readonly name: string };

/** What no quoting brings through both: splits words, ends rules, or is matched as a pattern in one of the two. */
const UNSAYABLE = /[\0-\x1f\x7f*?;|&'"<>`^=]|.\(|\\[#:]|^~|[ :\\]$/;
/** In a target make takes `%` for any text. */
const UNSAYABLE_TARGET = new RegExp(`${UNSAYABLE.source}|%`);

export function depfileText(target: string, inputs: readonly string[]): Depfile {
  const names = [...new Set(inputs)];
  const bad = UNSAYABLE_TARGET.test(target) ? target : names.find((n) => UNSAYABLE.test(n));
  if (bad !== undefined) return { kind: 'refused', name: bad };
  const quoted = names.map(quote);
  const rule = `${quote(target)}:${quoted.map((n) => ` \\\n  ${n}`).join('')}\n`;
  return { kind: 'ok', text: rule + quoted.map((n) => `\n${n}:\n`).join('') };
}

/** A backslash means itself but before what it quotes, where it is doubled. */
function quote(name: string): string {
  return name
    .replace(/(\\*)([ #])/g, (_, slashes: string, char: string) => `${slashes}${slashes}\\${char}`)
    .replaceAll('$', '$$$$')
    .replaceAll(':', '\\:');
}
