/** The table "what enforces an action": a short statement for each cell, which facts confirm. */
import type { ActionName } from '../../../../src/abi/actions.js';
import type { Mechanism } from './fact.js';

export interface CoverageRow {
  readonly actions: readonly ActionName[];
  readonly cells: Readonly<Record<Mechanism, string>>;
}

const row = (actions: string, landlock: string, masks: string, filter: string): CoverageRow => ({
  actions: actions.split(', ') as ActionName[],
  cells: { landlock, masks, filter },
});

/** An empty cell says that the mechanism has nothing for the action. */
export const COVERAGE: readonly CoverageRow[] = [
  row('read', 'exact, at open', '`hide`', ''),
  row('write', 'exact, at open', '`ro`, except fifos', ''),
  row('append', 'stricter: as `write`', '`ro`', ''),
  row('open', 'with `read` or `write` only', '`hide`', ''),
  row('readdir', 'leaks down', '`hide`', ''),
  row('execute', 'exact, execve only; needs `read` too', '`noexec`', ''),
  row('map', 'none', '`noexec`, for PROT_EXEC', ''),
  row('create', 'by the parent', '`ro`, stricter', ''),
  row('unlink, rmdir', 'by the parent', '`pin`', 'where denied everywhere'),
  row('rename', 'by the parent, and REFER', '`pin`', 'where denied everywhere'),
  row('renameto, linkto', 'by the parent, and REFER', '`ro`', ''),
  row('link', 'by the parent, and REFER', 'EXDEV', 'where denied everywhere'),
  row('setattr', 'the size only', '`ro`', 'where denied everywhere, except O_TRUNC'),
  row('getattr, walk, chdir', 'none', '`hide`; `stat` of the object itself shows the mask', ''),
  row('chroot', 'none', 'refused: no capabilities', 'where denied everywhere'),
  row('mounton', 'refused', 'refused: no capabilities', 'where denied everywhere'),
  row('ioctl', 'devices only', '', ''),
  row('fcntl, lock', 'none', '', ''),
  row('receive, transfer', 'none', '', ''),
];

/** Where the measured fact is not what the design assumed. */
export const DIFFERENT: readonly string[] = [
  '`execute` under Landlock needs READ_FILE as well as EXECUTE where a ruleset handles both.',
  'An open with access mode 3 (O_WRONLY and O_RDWR together) is not judged by Landlock. The descriptor can only be used for ioctl and for attributes.',
  'No filter can hold `execute`: the launcher itself has to execute the program.',
  'A filter on `setattr` does not stop `open` with O_TRUNC.',
  '`ro` does not stop opening a fifo for writing.',
  '`stat` and an open with O_PATH of a hidden object succeed and show the mask.',
  'A rename into a `ro` mask from outside is EXDEV, not EROFS. A link from outside is EROFS.',
  'EACCES for a missing right to make or remove comes before EXDEV for a missing REFER.',
  'REFER is denied even where no ruleset handles it: a ruleset that handles EXECUTE alone refuses every rename to another directory.',
];
