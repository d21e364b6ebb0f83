/** The glob matcher of the reference evaluator. It shares no code with `src/pattern`. */

/** Returns whether a glob matches a name, by trying every way to match. */
export function globMatches(glob: string, name: string): boolean {
  return expandBraces(glob).some(
    (g) => (name.startsWith('.') ? g.startsWith('.') : true) && tryMatch(g, name),
  );
}

/** Expands the innermost braces first. Returns one glob for each combination of alternatives. */
function expandBraces(glob: string): string[] {
  const brace = /^((?:[^\\]|\\.)*?)\{((?:[^{}\\]|\\.)*)\}(.*)$/su.exec(glob);
  if (brace === null) return [glob];
  const [, before = '', inside = '', after = ''] = brace;
  return inside.split(/(?<!\\),/u).flatMap((alternative) => expandBraces(before + alternative + after));
}

function tryMatch(glob: string, name: string): boolean {
  if (glob === '') return name === '';
  if (glob.startsWith('*'))
    return tryMatch(glob.slice(1), name) || (name !== '' && tryMatch(glob, name.slice(1)));
  if (name === '') return false;
  if (glob.startsWith('?')) return tryMatch(glob.slice(1), name.slice(1));
  if (glob.startsWith('\\')) return glob[1] === name[0] && tryMatch(glob.slice(2), name.slice(1));
  const set = /^\[(!?)([^\]]+)\]/.exec(glob);
  if (set === null) return glob[0] === name[0] && tryMatch(glob.slice(1), name.slice(1));
  const inSet = new RegExp(`[${set[2] ?? ''}]`).test(name[0] ?? '');
  return inSet !== (set[1] === '!') && tryMatch(glob.slice(set[0].length), name.slice(1));
}
