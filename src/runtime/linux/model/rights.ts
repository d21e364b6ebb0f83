/** Landlock's rights as bit masks, and the right that each kind of object and call needs. */
import { landlockBits, LANDLOCK_RIGHTS, type LandlockRight } from '../../../abi/landlock.js';
import type { OpenRequest } from '../../kernel/confinement.js';
import type { Inode, InodeKind } from '../../kernel/vfs.js';

/** A set of rights as one number: the bits of `LANDLOCK_RIGHTS`. */
export type Rights = number & { readonly __brand: 'Rights' };

export const NO_RIGHTS = 0 as Rights;

export function rightsOf(...names: readonly LandlockRight[]): Rights {
  return landlockBits(names) as Rights;
}

export function unite(a: Rights, b: Rights): Rights {
  return (a | b) as Rights;
}

/** Every right that a file can be given; the others are of directories only. `ACCESS_FILE` of Linux. */
export const FILE_RIGHTS = rightsOf(
  ...LANDLOCK_RIGHTS.filter((right) => right.on === 'any').map((right) => right.name),
);
export const ALL_RIGHTS = rightsOf(...LANDLOCK_RIGHTS.map((right) => right.name));
export const REFER = rightsOf('refer');
export const TRUNCATE = rightsOf('truncate');
export const IOCTL_DEV = rightsOf('ioctl_dev');

/** `get_mode_access`. The kinds of the model do not tell a socket from a fifo, nor a block device from a character device. */
const MAKE: Readonly<Record<InodeKind, Rights>> = {
  dir: rightsOf('make_dir'),
  file: rightsOf('make_reg'),
  symlink: rightsOf('make_sym'),
  fifo: rightsOf('make_fifo'),
  device: rightsOf('make_char'),
};

export function makeRight(kind: InodeKind): Rights {
  return MAKE[kind];
}

/** `maybe_remove`: the right to remove an object from a directory; none for a name that is free. */
export function removeRight(inode: Inode | undefined): Rights {
  if (inode === undefined) return NO_RIGHTS;
  return rightsOf(inode.kind === 'dir' ? 'remove_dir' : 'remove_file');
}

/** `get_required_file_open_access`. A file that is executed is read, too. */
export function openRights(inode: Inode, { read, write, execute }: OpenRequest): Rights {
  if (read && inode.kind === 'dir') return rightsOf('read_dir');
  const names: LandlockRight[] = [];
  if (read) names.push('read_file');
  if (write) names.push('write_file');
  if (execute) names.push('execute');
  return rightsOf(...names);
}
