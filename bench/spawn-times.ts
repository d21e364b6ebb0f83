/**
 * Measures how long commands take, from before the fork until the process has ended. A small executable does it: Node alone
 * takes longer to start a process than what is measured. The commands take turns, so that noise meets all of them.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as asm from '../src/codegen/linux/launcher/asm/forms.js';
import type { CpuForm } from '../src/codegen/linux/launcher/asm/forms.js';
import {
  executableOf,
  makeGenerator,
  numberOf,
  type Generator,
} from '../src/codegen/linux/launcher/generator.js';
import { median } from './rows.js';

const SIGCHLD = 17;
const CLOCK_MONOTONIC = 1;
const ARCHITECTURE = 'x86-64';

/** Returns the median of the milliseconds of each command, which must end with 0. */
export function spawnTimes(
  folder: string,
  commands: readonly (readonly string[])[],
  rounds: number,
): number[] {
  const file = join(folder, 'spawn-times');
  writeFileSync(file, timer(commands, rounds + 1), { mode: 0o755 });
  const { stdout, stderr, status } = spawnSync(file, [], { maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`the commands cannot be timed: ${stderr.toString()}`);
  const word = (i: number): number => Number(stdout.readBigUInt64LE(8 * i));
  const nanoseconds = (i: number): number => (word(i + 2) - word(i)) * 1e9 + word(i + 3) - word(i + 1);
  return commands.map((command, c) =>
    median(
      Array.from({ length: rounds }, (_, round) => {
        const at = 5 * ((round + 1) * commands.length + c); // the first round warms up
        if (word(at + 4) % 2 ** 32 !== 0)
          throw new Error(`${command.join(' ')} failed: ${stderr.toString()}`);
        return nanoseconds(at) / 1e6;
      }),
    ),
  );
}

/** Writes two `struct timespec` and the status of each run: 5 words of 64 bits. */
function timer(commands: readonly (readonly string[])[], rounds: number): Uint8Array {
  const to = makeGenerator(ARCHITECTURE);
  const record = to.memory.part('record', 40);
  const clock = (offset: number): CpuForm[] => [
    asm.constant('a0', CLOCK_MONOTONIC),
    asm.address('a1', record),
    asm.add('a1', offset),
    call('clock_gettime'),
  ];
  return executableOf(
    [
      asm.stack('s5'),
      asm.constant('s4', rounds),
      asm.label('round'),
      ...commands.flatMap((command, i) => [
        ...clock(0),
        ...forkForms(i),
        asm.label(`child.${i}`),
        ...executeForms(command, to),
        asm.label(`parent.${i}`),
        asm.move('a0', 'ret'),
        asm.address('a1', record),
        asm.add('a1', 32),
        asm.constant('a2', 0),
        asm.constant('a3', 0),
        call('wait4'),
        ...clock(16),
        asm.constant('a0', 1),
        asm.address('a1', record),
        asm.constant('a2', 40),
        call('write'),
      ]),
      asm.sub('s4', 1),
      asm.branch('ne', 's4', 0, 'round'),
      asm.constant('a0', 0),
      call('exit_group'),
    ],
    to,
  );
}

function call(name: Parameters<typeof numberOf>[0]): CpuForm {
  return asm.syscall(numberOf(name, ARCHITECTURE));
}

function forkForms(i: number): CpuForm[] {
  return [
    asm.constant('a0', SIGCHLD),
    ...(['a1', 'a2', 'a3', 'a4'] as const).map((reg) => asm.constant(reg, 0)),
    call('clone'),
    asm.branch('ne', 'ret', 0, `parent.${i}`),
  ];
}

/** Executes a command with the environment of the timer, or ends with 127. */
function executeForms(command: readonly string[], { constants }: Generator): CpuForm[] {
  const words = Buffer.alloc(8 * (command.length + 1));
  command.forEach((word, i) => words.writeBigUInt64LE(BigInt(constants.text(word)), 8 * i));
  return [
    asm.constant('a0', constants.text(command[0] ?? '')),
    asm.constant('a1', constants.bytes(words)),
    asm.move('a2', 's5'),
    asm.add('a2', 24), // behind the number of arguments, one argument and its zero
    call('execve'),
    asm.constant('a0', 127),
    call('exit_group'),
  ];
}
