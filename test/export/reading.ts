/**
 * What a text of each format allows on a path: readers that share nothing with the exports but the names of rights. Each follows
 * the documentation of its format.
 */
import { LANDLOCK_RIGHTS } from '../../src/abi/landlock.js';
import type { EnforcementPlan } from '../../src/artifact/enforcement-plan.js';
import type { ExportName } from '../../src/tools/export/formats.js';
import type { TreeObject } from './random-plan.js';

/** The rights that are allowed on an object, by name, and `move`. */
export type AllowedNames = ReadonlySet<string>;
export type FormatReader = (text: string) => (object: TreeObject) => AllowedNames;

const EVERY = LANDLOCK_RIGHTS.map((r) => r.name as string);
const CHANGING = /^(write_file|truncate|make_|remove_|refer)/;

export const isUnder = (path: string, above: string): boolean =>
  path === above || above === '/' || path.startsWith(above + '/');
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Returns the rights of an object from what it can do, and `move` from its directory. */
function namesFor(
  { path, kind }: TreeObject,
  can: (path: string, right: string) => boolean,
  isFixed: (path: string) => boolean,
): AllowedNames {
  const names = EVERY.filter(
    (r) => kind === 'dir' || LANDLOCK_RIGHTS.find((x) => x.name === r)?.on === 'any',
  );
  const own = names.filter((right) => can(path, right));
  const removal = kind === 'dir' ? 'remove_dir' : 'remove_file';
  const moves = path !== '/' && !isFixed(path) && can(parentOf(path), removal);
  return new Set(moves ? [...own, 'move'] : own);
}

/** What the plan itself allows, read from its rules and masks. */
export function readPlan(plan: EnforcementPlan): (object: TreeObject) => AllowedNames {
  const pathAt = (i: number): string => plan.objects[i]?.path ?? '';
  const masked = (path: string, kind: string): boolean =>
    plan.masks.some((m) => isUnder(path, pathAt(m.object)) && m.kinds.some((k) => k === kind));
  const can = (path: string, right: string): boolean => {
    if (masked(path, 'hide')) return false;
    if (CHANGING.test(right) && masked(path, 'ro')) return false;
    if (right === 'execute' && masked(path, 'noexec')) return false;
    return plan.rulesets.every(
      ({ handled, rules }) =>
        (right !== 'refer' && !handled.some((h) => h === right)) ||
        rules.some((r) => isUnder(path, pathAt(r.object)) && r.rights.some((x) => x === right)),
    );
  };
  const fixed = (path: string): boolean => plan.masks.some((m) => pathAt(m.object) === path);
  return (object) => namesFor(object, can, fixed);
}

/** Splits what a POSIX shell would split, without expansions. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^']*'|\\[^]|[^\s'\\])+/g))
    words.push(
      word.replace(/'([^']*)'|\\([^])/g, (_, quoted?: string, char?: string) => quoted ?? char ?? ''),
    );
  return words;
}

const VALUES: Readonly<Record<string, number>> = {
  '--perms': 1,
  '--tmpfs': 1,
  '--dir': 1,
  '--bind': 2,
  '--ro-bind': 2,
  '--dev-bind': 2,
  '--symlink': 2,
  '--chmod': 2,
  '--remount-ro': 1,
  '--cap-drop': 1,
  '--unshare-user': 0,
  '--disable-userns': 0,
};

/** Mounts follow one another; the last one on or above a path shows what is there. */
export const readBubblewrap: FormatReader = (text) => {
  const words = text.includes('\0') ? text.split('\0').slice(0, -1) : shellWords(text);
  const mounts: { readonly at: string; readonly kind: string }[] = [{ at: '/', kind: 'empty' }];
  const closed = new Set<string>();
  for (let i = 0; i < words.length;) {
    const option = words[i] ?? '';
    const count = VALUES[option];
    if (count === undefined) throw new Error(`bwrap has no option ${JSON.stringify(option)}`);
    const [first = '', second = ''] = words.slice(i + 1, i + 1 + count);
    i += 1 + count;
    if (option === '--tmpfs') mounts.push({ at: first, kind: 'empty' });
    if (option === '--dir') mounts.push({ at: first, kind: 'made' });
    if (/bind$/.test(option))
      mounts.push({ at: second, kind: first === '/dev/null' && second !== first ? 'empty' : option });
    if (option === '--remount-ro') closed.add(first);
  }
  for (const { at, kind } of mounts)
    if (kind === 'empty' && at === '/' && !closed.has('/') && mounts.filter((m) => m.at === '/').length === 1)
      throw new Error('the empty root can be written');
  const shown = (path: string): string => mounts.findLast((m) => isUnder(path, m.at))?.kind ?? 'empty';
  const can = (path: string, right: string): boolean => {
    const kind = shown(path);
    if (kind === 'empty' || kind === 'made') return false;
    if (kind === '--ro-bind') return ['execute', 'read_file', 'read_dir'].includes(right);
    return kind === '--dev-bind' || right !== 'ioctl_dev';
  };
  return (object) => namesFor(object, can, (path) => mounts.some((m) => m.at === path && m.kind !== 'made'));
};

/** Splits the value of a directive: quotes, a backslash that takes the next character, `%%`, and colons outside of quotes. */
export function unitWords(value: string): string[][] {
  const words: string[][] = [];
  let fields: string[] | undefined;
  let quote = '';
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? '';
    if (quote === '' && char === ' ') {
      if (fields !== undefined) words.push(fields);
      fields = undefined;
      continue;
    }
    fields ??= [''];
    const add = (text: string): void => void fields?.push((fields.pop() ?? '') + text);
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else if (char === '\\') add(value[++i] ?? '');
    else if (char === '%' && value[i + 1] === '%') add(value[++i] ?? '');
    else if (char === '%') throw new Error('a specifier');
    else if (quote === '' && char === ':') fields.push('');
    else add(char);
  }
  return fields === undefined ? words : [...words, fields];
}

/** One entry a path; the deepest entry on or above a path decides alone, as systemd leaves it out of what is above. */
export const readSystemd: FormatReader = (text) => {
  const entries = new Map<string, { empty?: boolean; ro?: boolean; noexec?: boolean; mount?: boolean }>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (!/Paths$|FileSystem$/.test(name)) continue;
    for (const [first = '', second] of unitWords(value)) {
      // The word of a temporary file system is split at colons once more, and loses its backslashes once more.
      const path = name === 'TemporaryFileSystem' ? first.replace(/:ro$/, '').replace(/\\(.)/g, '$1') : first;
      if (second !== undefined && second !== first) continue;
      const entry = entries.get(path) ?? {};
      entries.set(path, {
        ...entry,
        mount: true,
        ...(/^Inaccessible|^Temporary/.test(name) && { empty: true }),
        ...(/ReadOnly/.test(name) && { ro: true }),
        ...(name === 'NoExecPaths' && { noexec: true }),
      });
    }
  }
  const listsDevices = /^DevicePolicy=strict$/m.test(text);
  const devices = [...text.matchAll(/^DeviceAllow=(.*) rw$/gm)].flatMap(([, value = '']) =>
    unitWords(value).flat(),
  );
  const deepest = (path: string): string | undefined =>
    [...entries.keys()].filter((at) => isUnder(path, at)).sort((a, b) => b.length - a.length)[0];
  const can = (path: string, right: string): boolean => {
    const entry = entries.get(deepest(path) ?? '') ?? {};
    if (entry.empty === true) return false;
    if (right === 'ioctl_dev' && listsDevices && !devices.includes(path)) return false;
    if (entry.ro === true && CHANGING.test(right)) return false;
    return !(entry.noexec === true && right === 'execute');
  };
  return (object) => namesFor(object, can, (path) => entries.has(path) && path !== '/');
};

interface OciFragment {
  readonly linux: { readonly maskedPaths: readonly string[]; readonly readonlyPaths: readonly string[] };
}

/** A mount of a path is on all that is beneath it. */
export const readOci: FormatReader = (text) => {
  const { maskedPaths, readonlyPaths } = (JSON.parse(text) as OciFragment).linux;
  const isIn = (path: string, list: readonly string[]): boolean => list.some((at) => isUnder(path, at));
  const can = (path: string, right: string): boolean =>
    right !== 'ioctl_dev' && !isIn(path, maskedPaths) && !(CHANGING.test(right) && isIn(path, readonlyPaths));
  return (object) => namesFor(object, can, (path) => [...maskedPaths, ...readonlyPaths].includes(path));
};

interface LandlockFragment {
  readonly ruleset: readonly { readonly handledAccessFs: readonly string[] }[];
  readonly pathBeneath?: readonly {
    readonly allowedAccess: readonly string[];
    readonly parent: readonly string[];
  }[];
}

/** Rules add up; a right that no ruleset handles is free, except `refer`. Two dollar signs are one. */
export const readLandlockconfig: FormatReader = (text) => {
  const { ruleset, pathBeneath = [] } = JSON.parse(text) as LandlockFragment;
  const handled = new Set(['refer', ...ruleset.flatMap((r) => r.handledAccessFs)]);
  pathBeneath.forEach((rule) => rule.allowedAccess.forEach((right) => handled.add(right)));
  const can = (path: string, right: string): boolean =>
    !handled.has(right) ||
    pathBeneath.some(
      (rule) =>
        rule.allowedAccess.includes(right) &&
        rule.parent.some((at) => isUnder(path, at.replaceAll('$$', '$'))),
    );
  return (object) => namesFor(object, can, () => false);
};

interface ClaudeFragment {
  readonly sandbox: {
    readonly filesystem: Readonly<
      Record<'denyRead' | 'allowRead' | 'allowWrite' | 'denyWrite', readonly string[]>
    >;
  };
}

/** What is deepest of `denyRead`, `allowRead` and `allowWrite` decides on reading; `denyWrite` wins over all `allowWrite`. */
export const readClaudeCode: FormatReader = (text) => {
  const { filesystem } = (JSON.parse(text) as ClaudeFragment).sandbox;
  const list = (name: keyof typeof filesystem): string[] => {
    const paths = filesystem[name].map((path) => path.replace(/^\/\//, '/'));
    if (paths.some((path) => /[*?[\]]/.test(path))) throw new Error('a pattern in a list of paths');
    return paths;
  };
  const depth = (path: string, names: readonly (keyof typeof filesystem)[]): number =>
    Math.max(
      0,
      ...names
        .flatMap(list)
        .filter((at) => isUnder(path, at))
        .map((at) => at.length),
    );
  const reads = (path: string): boolean => {
    const denied = depth(path, ['denyRead']);
    return denied === 0 || depth(path, ['allowRead', 'allowWrite']) > denied;
  };
  const writes = (path: string): boolean => {
    const allowed = depth(path, ['allowWrite']);
    return (
      allowed > 0 && allowed > depth(path, ['denyRead', 'allowRead']) && depth(path, ['denyWrite']) === 0
    );
  };
  const can = (path: string, right: string): boolean =>
    right !== 'ioctl_dev' && (CHANGING.test(right) ? writes(path) : reads(path));
  return (object) => namesFor(object, can, () => false);
};

export const READERS: Readonly<Record<ExportName, FormatReader>> = {
  bubblewrap: readBubblewrap,
  systemd: readSystemd,
  oci: readOci,
  landlockconfig: readLandlockconfig,
  'claude-code': readClaudeCode,
};
