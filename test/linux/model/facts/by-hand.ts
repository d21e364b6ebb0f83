/** Facts that need more than one program or what the model does not have. `by-hand.test.ts` confirms each by its claim. */
import type { Fact } from './fact.js';

export type OtherFact = Pick<Fact, 'cells' | 'claim'>;

export const OTHER_FACTS = [
  {
    cells: [{ action: 'chroot', by: 'landlock' }],
    claim: 'Landlock does not refuse chroot to a task with capabilities; it refuses the mount',
  },
  {
    cells: [{ action: 'fcntl', by: 'landlock' }],
    claim: 'fcntl of an open file is not judged',
  },
  {
    cells: [
      { action: 'receive', by: 'landlock' },
      { action: 'transfer', by: 'landlock' },
    ],
    claim:
      'A descriptor that arrives over a socket keeps the rights with which it was opened, and can be passed on',
  },
  {
    cells: [],
    claim: 'A descriptor from before keeps its rights, and reopening it through /proc/self/fd is judged',
  },
  { cells: [], claim: 'An open with O_PATH gives a descriptor whose reopening is judged' },
  { cells: [], claim: 'statfs and inotify are not judged by Landlock' },
  { cells: [], claim: 'Threads and children are under the plan of the program' },
  { cells: [], claim: 'A set-user-id program does not gain the id of its owner' },
  { cells: [], claim: 'A program without capabilities cannot change its ids' },
  { cells: [], claim: 'A rule on an object holds where a bind mount shows it' },
  { cells: [], claim: 'A process under Landlock cannot trace a process that is not' },
] as const satisfies readonly OtherFact[];
