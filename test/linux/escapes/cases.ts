/** Attempts to get around a sandbox: what each does, and what the kernel answers. The table of docs/enforcement.md is made of them. */

/** The paths of the tree, by what the plan does with them; `LIBC` is a file of the system, `PID` a process outside. */
export type Word =
  | 'OPEN'
  | 'HIDDEN'
  | 'FROZEN'
  | 'CLOSED'
  | 'READ_ONLY_LINK'
  | 'TOOL'
  | 'DATA'
  | 'SPARE'
  | 'LOADER'
  | 'ESCAPE'
  | 'PID'
  | 'SOCKET'
  | 'FILE';

/** `masks`: masks without Landlock, so that the mount calls are not refused before they are tried. */
export type PlanName = 'all' | 'masks' | 'no-masks' | 'filter';

export interface Escape {
  readonly what: string;
  readonly plan: PlanName;
  /** The attempt of escape.c and its arguments, or a command. */
  readonly attempt: readonly [string, ...string[]];
  /** The step that fails and its errno; or the name under which the page lists what is not stopped. */
  readonly result: { readonly stopped: string; readonly or?: string } | { readonly gap: string };
}

const stopped = (by: string): Escape['result'] => ({ stopped: by });
const gap = (name: string): Escape['result'] => ({ gap: name });

export const ESCAPES: readonly Escape[] = [
  {
    what: 'unmount a mask, in a nested user namespace',
    plan: 'masks',
    attempt: ['unmount', 'HIDDEN'],
    result: stopped('umount2: EINVAL'),
  },
  {
    what: 'remount a read-only mask writable, in a nested user namespace',
    plan: 'masks',
    attempt: ['remount', 'FROZEN'],
    result: stopped('mount: EPERM'),
  },
  {
    what: 'bind the directory elsewhere without its masks',
    plan: 'masks',
    attempt: ['bind', 'OPEN', 'SPARE', 'hidden'],
    result: stopped('mount: EINVAL'),
  },
  {
    what: 'bind the directory elsewhere with its masks, and read there',
    plan: 'masks',
    attempt: ['rbind', 'OPEN', 'SPARE', 'hidden'],
    // An ordinary user owns the mask and may open it there. It is empty.
    result: { stopped: 'open: EACCES', or: 'read: ENODATA' },
  },
  {
    what: 'copy the mounts with `open_tree` without the masks',
    plan: 'masks',
    attempt: ['copy-tree', 'OPEN', 'SPARE', 'hidden'],
    result: stopped('open_tree: EINVAL'),
  },
  {
    what: 'bind the directory elsewhere, under Landlock',
    plan: 'all',
    attempt: ['rbind', 'OPEN', 'SPARE', 'hidden'],
    result: stopped('mount: EPERM'),
  },
  {
    what: 'join the mount namespace of a process outside',
    plan: 'masks',
    attempt: ['join-namespace', '', 'PID'],
    result: stopped('open: EACCES'),
  },
  {
    what: 'trace a process of the same user outside',
    plan: 'all',
    attempt: ['trace', '', 'PID'],
    result: stopped('ptrace: EPERM'),
  },
  {
    what: 'the same without masks',
    plan: 'no-masks',
    attempt: ['trace', '', 'PID'],
    result: stopped('ptrace: EPERM'),
  },
  {
    what: 'read the memory of a process of the same user outside',
    plan: 'no-masks',
    attempt: ['read-memory', '', 'PID'],
    result: stopped('process_vm_readv: EPERM'),
  },
  {
    what: 'send a signal to a process of the same user outside',
    plan: 'all',
    attempt: ['signal', '', 'PID'],
    result: gap('not a file: signals'),
  },
  {
    what: 'open a denied file with O_PATH and reopen it through `/proc/self/fd`',
    plan: 'all',
    attempt: ['reopen', 'CLOSED'],
    result: stopped('reopen: EACCES'),
  },
  {
    what: 'the same with a hidden file',
    plan: 'all',
    attempt: ['reopen', 'HIDDEN'],
    result: stopped('reopen: EACCES'),
  },
  {
    what: 'read a hidden file through `/proc/PID/root` of a process outside',
    plan: 'all',
    attempt: ['process-root', 'HIDDEN', 'PID'],
    result: stopped('open: EACCES'),
  },
  {
    what: 'the same through `/proc/PID/cwd`',
    plan: 'all',
    attempt: ['process-cwd', 'HIDDEN', 'PID'],
    result: stopped('open: EACCES'),
  },
  {
    what: 'write a read-only file through a hard link made before, outside of the mask',
    plan: 'all',
    attempt: ['write', 'READ_ONLY_LINK'],
    result: gap('`mask-is-by-name`'),
  },
  {
    what: 'open a denied file with io_uring',
    plan: 'all',
    attempt: ['ring-open', 'CLOSED'],
    result: stopped('open of io_uring: EACCES'),
  },
  {
    what: 'remove a file where a filter denies `unlink`',
    plan: 'filter',
    attempt: ['unlink', 'FILE'],
    result: stopped('unlink: EACCES'),
  },
  {
    what: 'the same with io_uring',
    plan: 'filter',
    attempt: ['ring-unlink', 'FILE'],
    result: stopped('io_uring_setup: ENOSYS'),
  },
  {
    what: 'run a program under a `noexec` mask',
    plan: 'all',
    attempt: ['run', 'TOOL'],
    result: stopped('execve: EACCES'),
  },
  {
    what: 'give the program to the dynamic loader: `ld.so ./program`',
    plan: 'all',
    attempt: ['run-loader', 'LOADER', 'TOOL'],
    result: stopped('failed to map segment'),
  },
  {
    what: 'the same without masks, where Landlock alone denies `execute`',
    plan: 'no-masks',
    attempt: ['run-loader', 'LOADER', 'TOOL'],
    result: gap('`needs-masks`'),
  },
  {
    what: 'copy a program into memory with `memfd_create` and start it with `execveat`',
    plan: 'all',
    attempt: ['run-memory', 'TOOL'],
    result: gap('not a file: memory'),
  },
  {
    what: 'take a descriptor of a denied file from a process outside, over a socket (SCM_RIGHTS)',
    plan: 'all',
    attempt: ['receive', '', '', 'SOCKET'],
    result: gap('`checked-at-open`'),
  },
  {
    what: 'swap a directory between the plan and the start',
    plan: 'all',
    attempt: ['swap'],
    result: stopped('not started'),
  },
];

/** Returns the rows of the page. */
export function escapeRows(): string[] {
  return ESCAPES.map(({ what, result }) =>
    'stopped' in result
      ? `| ${what} | ${resultText(result.stopped)} |`
      : `| ${what} | **not stopped**: ${result.gap} |`,
  );
}

function resultText(text: string): string {
  const errno = /^(.*): (E[A-Z]+)$/.exec(text);
  return errno === null ? text : `stopped: ${errno[1] ?? ''} fails with ${errno[2] ?? ''}`;
}
