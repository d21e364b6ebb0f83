/** Flags as written in a scenario: the names of the C headers, with or without their prefix. */
import {
  ACCESS,
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  MAP_PRIVATE,
  MAP_SHARED,
  O,
  PROT,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from '../kernel/errno.js';
import { unknown } from './labels.js';

export interface FlagTable {
  readonly prefix: string;
  readonly bits: Readonly<Record<string, number>>;
}

const { ACCMODE: _, ...OPEN_BITS } = O;

/** Flags of recorded calls that have no effect on access. */
const IGNORED = { CLOEXEC: 0, NONBLOCK: 0, NOCTTY: 0, LARGEFILE: 0, NOATIME: 0, SYNC: 0, DSYNC: 0 };

export const OPEN: FlagTable = { prefix: 'O_', bits: { ...OPEN_BITS, ...IGNORED } };
export const AT: FlagTable = {
  prefix: 'AT_',
  bits: { SYMLINK_NOFOLLOW: AT_SYMLINK_NOFOLLOW, EMPTY_PATH: AT_EMPTY_PATH },
};
export const LINK: FlagTable = { prefix: 'AT_', bits: { SYMLINK_FOLLOW: AT_SYMLINK_FOLLOW } };
export const UNLINK: FlagTable = { prefix: 'AT_', bits: { REMOVEDIR: AT_REMOVEDIR } };
export const RENAME: FlagTable = {
  prefix: 'RENAME_',
  bits: { NOREPLACE: RENAME_NOREPLACE, EXCHANGE: RENAME_EXCHANGE },
};
export const ACCESS_MODE: FlagTable = { prefix: '', bits: ACCESS };
export const PROTECTION: FlagTable = { prefix: 'PROT_', bits: PROT };
export const MAPPING: FlagTable = { prefix: 'MAP_', bits: { SHARED: MAP_SHARED, PRIVATE: MAP_PRIVATE } };

/** The union of the named flags. Throws a `ScenarioFault` for an unknown name. */
export function bitsOf(names: readonly string[] | undefined, { prefix, bits }: FlagTable): number {
  return (names ?? []).reduce((sum, name) => {
    const key = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const bit = Object.hasOwn(bits, key) ? bits[key] : undefined;
    if (bit !== undefined) return sum | bit;
    throw unknown(
      'flag',
      name,
      Object.keys(bits).map((k) => prefix + k),
    );
  }, 0);
}
