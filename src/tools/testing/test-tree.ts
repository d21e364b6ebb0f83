/**
 * Makes the tree of a test: first the objects of `given`, then the missing objects that the policy requires and that the steps
 * name. An object is a directory if something lies beneath it or if the action needs one.
 */
import { DIRECTORY_ACTIONS, hasAction, type ActionBit } from '../../abi/actions.js';
import type { Manifest, MapEntry } from '../../artifact/manifest.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { CheckedGiven, CheckedTest } from '../../ir/check/policy.js';
import { compileGlob, matchesGlob } from '../../pattern/glob.js';
import { literalNames } from '../../semantics/pattern.js';
import { addToTree } from '../../runtime/kernel/build-tree.js';
import { resolve } from '../../runtime/kernel/resolve.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';

/** Adds the object of a `given`. Returns a diagnostic if it cannot be made. */
export function addGiven(vfs: Vfs, given: CheckedGiven): Diagnostic[] {
  const { kind, path, span } = given;
  const entry =
    'target' in given
      ? { kind: given.kind, path, target: given.target }
      : { kind: kind as 'file' | 'dir', path };
  const why = addToTree(vfs, entry);
  return why === undefined
    ? []
    : [report('LLP5010', { path, why }, { span, help: 'list what it needs before it' })];
}

/** Adds the objects that the manifest requires: those of its literal entries that are not optional. */
export function addRequired(vfs: Vfs, manifest: Manifest): void {
  for (const map of manifest.maps) {
    for (const { components, object, optional, within } of map.type === 'inode' ? map.entries : []) {
      const names = literalNames(components);
      if (optional || within > 0 || names === undefined) continue;
      addMissing(vfs, '', names.join('/'), object === 'dir');
    }
  }
}

/** Adds the objects on the paths of the steps. */
export function addNamed(vfs: Vfs, test: CheckedTest, manifest: Manifest): void {
  let cwd = '';
  for (const step of test.steps) {
    const absolute = step.path.startsWith('/');
    const action = step.kind === 'cd' ? undefined : step.action;
    const whole = absolute ? step.path : `${cwd}/${step.path}`;
    const directory = isDirectory(manifest, action, whole);
    addMissing(vfs, absolute ? '' : cwd, absolute ? step.path.slice(1) : step.path, directory);
    if (step.kind === 'cd') cwd = whole;
  }
}

/**
 * Returns whether the object of a step is a directory: the action (undefined for `cd`) needs one, or a literal `dir` scope has
 * this path, with which the policy would not load on a file. Known weakness: paths with `..` match no scope.
 */
export function isDirectory(manifest: Manifest, action: ActionBit | undefined, path: string): boolean {
  if (action === undefined || hasAction(DIRECTORY_ACTIONS, action)) return true;
  return entriesNaming(manifest, path).some(({ object }) => object === 'dir');
}

/** Returns the entries of a manifest that match this path; without `withGlobs`, literal entries only. */
export function entriesNaming({ maps }: Manifest, path: string, withGlobs = false): MapEntry[] {
  const names = path.split('/').filter((n) => n !== '' && n !== '.');
  const fits = (component: MapEntry['components'][number], name: string): boolean => {
    if ('literal' in component) return component.literal === name;
    const glob = withGlobs ? compileGlob(component.glob) : undefined;
    return glob !== undefined && matchesGlob(glob, name);
  };
  return maps
    .flatMap((map) => (map.type === 'inode' ? map.entries : []))
    .filter(
      ({ components }) =>
        components.length === names.length && components.every((c, i) => fits(c, names[i] ?? '')),
    );
}

/** Makes the missing objects on a path. Existing objects stay, and a dangling link stays dangling. */
export function addMissing(vfs: Vfs, base: string, path: string, directory: boolean): void {
  const names = path.split('/');
  const last = names.findLastIndex((n) => n !== '');
  let at = base;
  for (const [i, name] of names.entries()) {
    at = `${at}/${name}`;
    if (name === '' || name === '.' || name === '..' || resolve(vfs, at, false).ok) continue;
    const inner = directory || i < last || i < names.length - 1;
    addToTree(vfs, { kind: inner ? 'dir' : 'file', path: at });
  }
}
