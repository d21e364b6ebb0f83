/**
 * Prints what the host tree finds at paths, as JSON: run as a process of its own, for namespaces and for other users. A path with a
 * `*` is a pattern; `other:PATH` asks for other paths of the same object, `birth:PATH` for the time when it was made.
 */
import { hostTree } from '../../../src/runtime/host/host-tree.js';
import { UnreadableError } from '../../../src/runtime/kernel/vfs.js';
import { resolveLiteral, resolvePattern, type PhysicalPath } from '../../../src/runtime/loader/resolve.js';

const tree = hostTree();
const names = (path: string): string[] => path.split('/').slice(1);
const textOf = (path: PhysicalPath): string => {
  const { inode, mount } = path.at(-1) ?? { inode: undefined, mount: undefined };
  const identity = inode && tree.identityOf(inode);
  const shown = path.map((at) => at.name).join('/');
  return `${shown === '' ? '/' : shown} ${inode?.kind ?? ''} ${identity?.inode ?? 'none'} ${identity?.nlink ?? ''} mount ${mount?.id ?? ''}`;
};

function answer(path: string): string[] {
  if (path.startsWith('birth:')) {
    const found = resolveLiteral(tree.vfs, names(path.slice(6)));
    const inode = found.kind === 'found' ? found.path.at(-1)?.inode : undefined;
    return [String(inode && tree.identityOf(inode)?.birth)];
  }
  if (path.startsWith('other:')) return [...tree.otherPathsOf(path.slice(6))];
  try {
    if (path.includes('*'))
      return resolvePattern(
        tree.vfs,
        names(path).map((name) => (name.includes('*') ? { glob: name } : { literal: name })),
        'file',
      ).map(textOf);
    const found = resolveLiteral(tree.vfs, names(path));
    return [found.kind === 'found' ? textOf(found.path) : `absent: ${found.why}`];
  } catch (error) {
    if (error instanceof UnreadableError) return [`unreadable: ${error.path}: ${error.why}`];
    throw error;
  }
}

process.stdout.write(JSON.stringify(process.argv.slice(2).map(answer)));
