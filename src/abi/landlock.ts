/**
 * The access rights of Landlock in mainline Linux, in the order of their bits.
 *
 * Source: `LANDLOCK_ACCESS_FS_*` in `include/uapi/linux/landlock.h`. The ABI version that added each right is that of the kernel
 * documentation, "Landlock: unprivileged access control".
 */

/** The row of a right: the ABI version that added it, and the objects on which it decides. */
interface LandlockRightRow {
  readonly name: string;
  /** Position of the bit in `handled_access_fs` and `allowed_access`. */
  readonly bit: number;
  /** The first ABI version that has the right. */
  readonly since: number;
  /** `dir`: a rule with the right must be on a directory. `any`: it may be on a directory or on another object. */
  readonly on: 'any' | 'dir';
}

export const LANDLOCK_RIGHTS = [
  { name: 'execute', bit: 0, since: 1, on: 'any' },
  { name: 'write_file', bit: 1, since: 1, on: 'any' },
  { name: 'read_file', bit: 2, since: 1, on: 'any' },
  { name: 'read_dir', bit: 3, since: 1, on: 'dir' },
  { name: 'remove_dir', bit: 4, since: 1, on: 'dir' },
  { name: 'remove_file', bit: 5, since: 1, on: 'dir' },
  { name: 'make_char', bit: 6, since: 1, on: 'dir' },
  { name: 'make_dir', bit: 7, since: 1, on: 'dir' },
  { name: 'make_reg', bit: 8, since: 1, on: 'dir' },
  { name: 'make_sock', bit: 9, since: 1, on: 'dir' },
  { name: 'make_fifo', bit: 10, since: 1, on: 'dir' },
  { name: 'make_block', bit: 11, since: 1, on: 'dir' },
  { name: 'make_sym', bit: 12, since: 1, on: 'dir' },
  { name: 'refer', bit: 13, since: 2, on: 'dir' },
  { name: 'truncate', bit: 14, since: 3, on: 'any' },
  { name: 'ioctl_dev', bit: 15, since: 5, on: 'any' },
] as const satisfies readonly LandlockRightRow[];

export type LandlockRight = (typeof LANDLOCK_RIGHTS)[number]['name'];

/** The newest ABI version that this table describes. Later versions add no right that a file policy needs. */
export const NEWEST_LANDLOCK_ABI = 7;
/** The most rulesets that a task can have. Source: `LANDLOCK_MAX_NUM_LAYERS`. */
export const MAX_RULESETS = 16;

/** Returns the rights that an ABI version has. */
export function rightsOfAbi(abi: number): readonly LandlockRight[] {
  return LANDLOCK_RIGHTS.filter((right) => right.since <= abi).map((right) => right.name);
}

/** Returns the rights as the kernel takes them: one bit each. */
export function landlockBits(rights: readonly LandlockRight[]): number {
  return LANDLOCK_RIGHTS.reduce(
    (bits, { name, bit }) => (rights.includes(name) ? bits | (1 << bit) : bits),
    0,
  );
}

/** The Linux versions that brought the ABI versions from 1 on. Source: the same documentation. */
const LINUX_OF_ABI = ['5.13', '5.19', '6.2', '6.7', '6.10', '6.12', '6.15'] as const;

/** Returns the first Linux version that has this ABI version, or a newer one. */
export function linuxOfAbi(abi: number): string | undefined {
  return LINUX_OF_ABI[abi - 1];
}
