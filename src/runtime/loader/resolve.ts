/**
 * Paths of a manifest → objects of a file system, before any program runs. Symbolic links are followed, and globs are matched
 * against existing names. The result is a *physical path*: the locations from the root to the object, without links and `..`.
 */
import { globOf, matchesGlob } from '../../pattern/glob.js';
import type { PathPattern, PatternComponent } from '../../semantics/pattern.js';
import { enter, rootLocation, type Location } from '../kernel/mounts.js';
import { MAX_LINKS } from '../kernel/namei.js';
import type { Vfs } from '../kernel/vfs.js';

/** A location and its name in the directory above; the name is empty for the root. */
export interface NamedLocation extends Location {
  readonly name: string;
}

/** The locations from the root down. The last is the object; the others are directories. */
export type PhysicalPath = readonly NamedLocation[];

export function rootPath(vfs: Vfs): PhysicalPath {
  return [{ ...rootLocation(vfs), name: '' }];
}

export type ResolvedLiteral =
  { readonly kind: 'found'; readonly path: PhysicalPath } | { readonly kind: 'absent'; readonly why: string };

/** Returns the physical path of a literal path, or why there is no object. */
export function resolveLiteral(vfs: Vfs, names: readonly string[]): ResolvedLiteral {
  return follow(vfs, rootPath(vfs), names, { left: MAX_LINKS });
}

/** Returns every existing object of this kind that a pattern matches, in the order of names. */
export function resolvePattern(vfs: Vfs, components: PathPattern, object: 'dir' | 'file'): PhysicalPath[] {
  let found: PhysicalPath[] = [rootPath(vfs)];
  components.forEach((component, i) => {
    const last = i === components.length - 1;
    const wanted = last ? object : 'dir';
    found = found.flatMap((dir) => step(vfs, dir, component)).filter((path) => isKind(path, wanted));
  });
  return found;
}

export function isKind(path: PhysicalPath, object: 'dir' | 'file'): boolean {
  return (path.at(-1)?.inode.kind === 'dir') === (object === 'dir');
}

function step(vfs: Vfs, dir: PhysicalPath, component: PatternComponent): PhysicalPath[] {
  const names = 'literal' in component ? [component.literal] : matchingNames(dir, component.glob);
  return names.flatMap((name) => {
    const result = follow(vfs, dir, [name], { left: MAX_LINKS });
    return result.kind === 'found' ? [result.path] : [];
  });
}

function matchingNames(dir: PhysicalPath, source: string): string[] {
  const glob = globOf(source);
  const entries = dir.at(-1)?.inode.entries;
  if (glob === undefined || entries === undefined) return [];
  return [...entries.keys()].filter((name) => matchesGlob(glob, name)).sort();
}

/** Follows names from a directory. `links` counts the symbolic links that may still be followed, over the whole resolution. */
function follow(
  vfs: Vfs,
  from: PhysicalPath,
  names: readonly string[],
  links: { left: number },
): ResolvedLiteral {
  let path: NamedLocation[] = [...from];
  const rest = [...names].reverse();
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    const here = path.at(-1) as NamedLocation;
    if (here.inode.entries === undefined)
      return { kind: 'absent', why: `\`${name}\` is looked up in something that is not a directory` };
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (path.length > 1) path.pop();
      continue;
    }
    const inode = here.inode.entries.get(name);
    if (inode === undefined) return { kind: 'absent', why: `there is no \`${name}\`` };
    if (inode.kind === 'symlink') {
      if (links.left-- === 0) return { kind: 'absent', why: `more than ${MAX_LINKS} symbolic links` };
      if (inode.target.startsWith('/')) path = [...rootPath(vfs)];
      rest.push(...inode.target.split('/').reverse());
      continue;
    }
    path.push({ ...enter(here, { mount: here.mount, inode }, name), name });
  }
  return { kind: 'found', path };
}
