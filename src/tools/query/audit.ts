/**
 * Reads a Landlock audit record (Linux 6.15 and later, one line) and returns the requests that it is about.
 *
 *     type=LANDLOCK_ACCESS msg=audit(1729738800.268:30): domain=195ba459b blockers=fs.read_file path="/x" dev="vda2" ino=351
 *
 * Landlock judges the creation and the removal of an entry on its directory. This language judges a removal on the entry
 * itself, so for a removal the question is about an entry beneath the path.
 *
 * Source: "Landlock: system-wide management" of the kernel's documentation.
 */
import type { ActionName } from '../../abi/actions.js';

export interface AuditQuestion {
  readonly action: ActionName;
  readonly path: string;
  /** The right that the record names. */
  readonly blocker: string;
}

export type AuditLine =
  | { readonly kind: 'ok'; readonly questions: readonly AuditQuestion[] }
  | { readonly kind: 'fault'; readonly why: string };

/** The actions for each right of Landlock. `beneath`: the action is on an entry of the path. */
const BLOCKERS: Readonly<
  Record<string, readonly { readonly action: ActionName; readonly beneath?: true }[]>
> = {
  'fs.execute': [{ action: 'execute' }],
  'fs.write_file': [{ action: 'write' }],
  'fs.read_file': [{ action: 'read' }],
  'fs.read_dir': [{ action: 'readdir' }],
  'fs.remove_dir': [{ action: 'rmdir', beneath: true }],
  'fs.remove_file': [{ action: 'unlink', beneath: true }],
  'fs.make_char': [{ action: 'create' }],
  'fs.make_dir': [{ action: 'create' }],
  'fs.make_reg': [{ action: 'create' }],
  'fs.make_sock': [{ action: 'create' }],
  'fs.make_fifo': [{ action: 'create' }],
  'fs.make_block': [{ action: 'create' }],
  'fs.make_sym': [{ action: 'create' }],
  'fs.refer': [{ action: 'renameto' }, { action: 'linkto' }],
  'fs.truncate': [{ action: 'setattr' }, { action: 'write' }],
  'fs.ioctl_dev': [{ action: 'ioctl' }],
  'fs.change_topology': [{ action: 'mounton' }],
};

/** Reads one record. It accepts the output of `ausearch -i`, which has no quotes, too. */
export function readAuditLine(text: string): AuditLine {
  const line = text
    .split('\n')
    .find((l) => /\bblockers=/.test(l))
    ?.trim();
  if (line === undefined) return { kind: 'fault', why: 'no line has `blockers=`, as a Landlock record has' };
  const path = pathOf(line);
  if (path === undefined) return { kind: 'fault', why: 'it names no `path=`' };
  if (!path.startsWith('/')) return { kind: 'fault', why: `\`${path}\` is not an absolute path` };
  const blockers = (/\bblockers=(\S+)/.exec(line)?.[1] ?? '').split(',');
  const unknown = blockers.find((b) => !Object.hasOwn(BLOCKERS, b));
  if (unknown !== undefined)
    return { kind: 'fault', why: `\`${unknown}\` is not a right on files that llpc knows` };
  const questions = blockers.flatMap((blocker) =>
    (BLOCKERS[blocker] ?? []).map(({ action, beneath }) => ({
      action,
      blocker,
      path: beneath ? `${path.replace(/\/$/, '')}/a` : path,
    })),
  );
  return { kind: 'ok', questions };
}

/** Returns the path of a record: it is in quotes, in hex if a byte of it would end the quotes, or bare in `ausearch -i` output. */
function pathOf(line: string): string | undefined {
  const quoted = /\bpath="([^"]*)"/.exec(line)?.[1];
  if (quoted !== undefined) return quoted;
  const bare = /\bpath=(\S+)/.exec(line)?.[1];
  if (bare === undefined || !/^(?:[0-9A-Fa-f]{2})+$/.test(bare)) return bare;
  return Buffer.from(bare, 'hex').toString('utf8');
}
