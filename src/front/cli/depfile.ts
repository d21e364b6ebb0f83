/**
 * Makes a depfile: a rule with the files that a build read, for GNU make and Ninja.
 *
 * Input: the file that a build writes last, and the files that it read. Output: text, or a name that cannot be written, because
 * make and Ninja have few ways to quote in common. Each input also has a rule without prerequisites, so that make rebuilds
 * when an import is deleted, and does not stop.
 *
 * Sources: the GNU make manual, 4.2 and 4.3; the Ninja manual, "Depfile"; and both programs, tried on every such name.
 */

export type Depfile =
  { readonly kind: 'ok'; readonly text: string } | { readonly kind: 'refused'; readonly name: string };

/** Matches names that cannot be quoted for both: make or Ninja would split them, end the rule, or take them as patterns. */
const UNSAYABLE = /[\0-\x1f\x7f*?;|&'"<>`^=]|.\(|\\[#:]|^~|[ :\\]$/;
/** In a target, `%` is a wildcard for make. */
const UNSAYABLE_TARGET = new RegExp(`${UNSAYABLE.source}|%`);

export function depfileText(target: string, inputs: readonly string[]): Depfile {
  const names = [...new Set(inputs)];
  const bad = UNSAYABLE_TARGET.test(target) ? target : names.find((n) => UNSAYABLE.test(n));
  if (bad !== undefined) return { kind: 'refused', name: bad };
  const quoted = names.map(quote);
  const rule = `${quote(target)}:${quoted.map((n) => ` \\\n  ${n}`).join('')}\n`;
  return { kind: 'ok', text: rule + quoted.map((n) => `\n${n}:\n`).join('') };
}

/** Quotes a name. Backslashes before a quoted character are doubled; other backslashes stand for themselves. */
function quote(name: string): string {
  return name
    .replace(/(\\*)([ #])/g, (_, slashes: string, char: string) => `${slashes}${slashes}\\${char}`)
    .replaceAll('$', '$$$$')
    .replaceAll(':', '\\:');
}
