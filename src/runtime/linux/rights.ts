/**
 * The meaning of each Landlock right in actions of the language.
 *
 * Each row is a reading of `security/landlock/fs.c`: the objects on which the right decides, the actions that it is for, and the
 * actions that come with it although a policy can deny them apart. `append` is not in the row of `write_file`: nothing but a
 * denial of all writing stops it, so it is a gap where a policy allows writing and denies appending.
 */
import {
  NO_ACTIONS,
  difference,
  intersection,
  maskOf,
  overlaps,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import type { LandlockRight } from '../../abi/landlock.js';

export interface RightMeaning {
  readonly right: LandlockRight;
  /**
   * - `file`: the right decides on an object that is not a directory.
   * - `dir`: it decides on a directory itself.
   * - `entries`: it is asked of a directory, and decides on the objects in it.
   */
  readonly on: 'file' | 'dir' | 'entries';
  /** The kind of the entries, for `entries`. */
  readonly entry?: 'dir' | 'file' | 'any';
  /** The actions that must be allowed on the object. */
  readonly needs: ActionMask;
  /** The actions that must be allowed on the directory itself, for `entries`. */
  readonly needsOfDirectory: ActionMask;
  /** The actions that the right allows too. */
  readonly brings: ActionMask;
}

function row(
  right: LandlockRight,
  on: RightMeaning['on'],
  needs: ActionMask,
  brings: ActionMask = NO_ACTIONS,
): RightMeaning {
  return { right, on, needs, brings, needsOfDirectory: NO_ACTIONS };
}

const CREATE = maskOf('create');
const INTO = maskOf('renameto');

/** In the order of `LANDLOCK_RIGHTS`. */
export const RIGHT_MEANINGS: readonly RightMeaning[] = [
  row('execute', 'file', maskOf('open', 'execute')),
  row('write_file', 'file', maskOf('open', 'write')),
  row('read_file', 'file', maskOf('open', 'read')),
  row('read_dir', 'dir', maskOf('open', 'readdir')),
  { ...row('remove_dir', 'entries', maskOf('rmdir'), maskOf('rename')), entry: 'dir' },
  { ...row('remove_file', 'entries', maskOf('unlink'), maskOf('rename')), entry: 'file' },
  row('make_char', 'dir', CREATE, INTO),
  row('make_dir', 'dir', CREATE, INTO),
  row('make_reg', 'dir', CREATE, union(INTO, maskOf('linkto'))),
  row('make_sock', 'dir', CREATE, INTO),
  row('make_fifo', 'dir', CREATE, INTO),
  row('make_block', 'dir', CREATE, INTO),
  row('make_sym', 'dir', CREATE, INTO),
  {
    ...row('refer', 'entries', maskOf('rename'), maskOf('link')),
    entry: 'any',
    needsOfDirectory: maskOf('renameto'),
  },
  row('truncate', 'file', maskOf('write', 'setattr')),
  row('ioctl_dev', 'file', maskOf('ioctl')),
];

const RENAME = maskOf('rename');
/** What `refer` is for where the filter denies every rename: links to another directory. */
const LINKS_ONLY: RightMeaning = {
  ...row('refer', 'entries', maskOf('link')),
  entry: 'file',
  needsOfDirectory: maskOf('linkto'),
};

/** The actions that no call can carry out once the filter denies an action. */
const DEAD_WITH: readonly (readonly [filtered: ActionMask, dead: ActionMask])[] = [
  [maskOf('rename'), maskOf('rename', 'renameto')],
  [maskOf('link'), maskOf('link', 'linkto')],
];

/** Returns the meaning under a filter: what the filter stops does not come with the right. */
export function underFilter(meaning: RightMeaning, filtered: ActionMask): RightMeaning {
  const dead = DEAD_WITH.reduce(
    (mask, [action, also]) => (intersection(action, filtered) === 0 ? mask : union(mask, also)),
    NO_ACTIONS,
  );
  const own = meaning.right === 'refer' && overlaps(filtered, RENAME) ? LINKS_ONLY : meaning;
  return { ...own, brings: difference(own.brings, dead) };
}
