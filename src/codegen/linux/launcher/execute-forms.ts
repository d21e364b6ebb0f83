/**
 * Forms that start a launcher and that execute the command, which is looked for as `execvp` does.
 *
 * The kernel leaves on the stack: the number of arguments, the arguments, a zero, the environment, a zero. `s5` points to the
 * argument before the command, so that a script without an interpreter line can be given to /bin/sh in place: the shell takes
 * that slot, and the path of the script the next one.
 *
 * Differences to `execvp` of glibc: none in what is executed. A name that does not fit a path of 4096 bytes is left out of the
 * search. Exit codes are those of `env`: 127 where the command is not found, 126 where it cannot be executed.
 */
import { errnoNumber } from '../../../abi/errno-words.js';
import * as asm from './asm/forms.js';
import type { CpuForm } from './asm/forms.js';
import { numberOf, type Generator } from './generator.js';

const SLASH = 0x2f;
const COLON = 0x3a;
const PATH_MAX = 4096;
const ENVIRONMENT = 'environment';
const CANDIDATE = 'candidate';
/** Needs the result of `execve` in `ret` and the command in `s2`. */
export const NOT_RUN = 'not-run';
export const USAGE = 'usage';
const TRY = 'try';

/** The first forms: finds command and environment, and shows the usage when there is no command. */
export function startForms(to: Generator): CpuForm[] {
  return [
    asm.stack('s5'),
    asm.constant('s1', 0),
    asm.load('a0', 's5'),
    asm.add('s5', 8),
    asm.move('a1', 'a0'),
    ...[1, 2, 3].map(() => asm.add('a1', 'a1')),
    asm.add('a1', 's5'),
    asm.add('a1', 8),
    asm.address('a2', to.memory.part(ENVIRONMENT, 8)),
    asm.store('a1', 'a2'),
    asm.branch('below', 'a0', 2, USAGE),
    // A first argument `--` is left out.
    asm.load('a1', 's5', 8),
    ...[0x2d, 0x2d, 0].flatMap((byte, i) => [
      asm.load('a2', 'a1', i, 1),
      asm.branch('ne', 'a2', byte, 'started'),
    ]),
    asm.add('s5', 8),
    asm.branch('eq', 'a0', 2, USAGE),
    asm.label('started'),
  ];
}

/** The step `execute`. */
export function executeForms(to: Generator): CpuForm[] {
  to.behind.push(...tryForms(to));
  return [
    asm.load('s2', 's5', 8),
    asm.move('a0', 's2'),
    asm.load('a1', 'a0', 0, 1),
    asm.branch('eq', 'a1', 0, 'direct'),
    asm.label('find-slash'),
    asm.load('a1', 'a0', 0, 1),
    asm.branch('eq', 'a1', 0, 'search'),
    asm.add('a0', 1),
    asm.branch('ne', 'a1', SLASH, 'find-slash'),
    asm.label('direct'),
    asm.move('a0', 's2'),
    asm.call(TRY),
    asm.jump(NOT_RUN),
    asm.label('search'),
    ...findPathForms(to),
    ...searchForms(to),
  ];
}

/** Puts the value of PATH into `s0`. */
function findPathForms(to: Generator): CpuForm[] {
  return [
    asm.address('a0', to.memory.part(ENVIRONMENT, 8)),
    asm.load('a0', 'a0'),
    asm.label('find-path'),
    asm.load('a1', 'a0'),
    asm.add('a0', 8),
    asm.branch('eq', 'a1', 0, 'no-path'),
    ...[...Buffer.from('PATH=')].flatMap((byte, i) => [
      asm.load('a2', 'a1', i, 1),
      asm.branch('ne', 'a2', byte, 'find-path'),
    ]),
    asm.move('s0', 'a1'),
    asm.add('s0', 5),
    asm.jump('path-found'),
    asm.label('no-path'),
    asm.constant('s0', to.constants.text('/bin:/usr/bin')),
    asm.label('path-found'),
  ];
}

/** Tries the command in each directory of `s0`. `s4` keeps the error to report: EACCES where there was one. */
function searchForms(to: Generator): CpuForm[] {
  const candidate = to.memory.part(CANDIDATE, PATH_MAX);
  const absent = ['ENOENT', 'ENOTDIR', 'ENODEV', 'ESTALE', 'ETIMEDOUT'].map((name) => -errnoNumber(name));
  return [
    asm.constant('s4', -errnoNumber('ENOENT')),
    asm.label('component'),
    asm.address('s3', candidate),
    asm.address('a2', candidate),
    asm.add('a2', PATH_MAX - 2),
    asm.label('copy-directory'),
    asm.load('a1', 's0', 0, 1),
    asm.branch('eq', 'a1', 0, 'directory-copied'),
    asm.branch('eq', 'a1', COLON, 'directory-copied'),
    asm.branch('atLeast', 's3', 'a2', 'skip'),
    ...appendByte(),
    asm.add('s0', 1),
    asm.jump('copy-directory'),
    asm.label('directory-copied'),
    // An empty directory is the current one.
    asm.address('a1', candidate),
    asm.branch('eq', 's3', 'a1', 'copy-command'),
    asm.constant('a1', SLASH),
    ...appendByte(),
    asm.label('copy-command'),
    asm.move('a0', 's2'),
    asm.label('copy-name'),
    asm.branch('atLeast', 's3', 'a2', 'skip'),
    asm.load('a1', 'a0', 0, 1),
    ...appendByte(),
    asm.add('a0', 1),
    asm.branch('ne', 'a1', 0, 'copy-name'),
    asm.address('a0', candidate),
    asm.call(TRY),
    ...absent.map((error) => asm.branch('eq', 'ret', error, 'skip')),
    asm.branch('ne', 'ret', -errnoNumber('EACCES'), NOT_RUN),
    asm.move('s4', 'ret'),
    asm.label('skip'),
    asm.load('a1', 's0', 0, 1),
    asm.branch('eq', 'a1', 0, 'not-found'),
    asm.add('s0', 1),
    asm.branch('eq', 'a1', COLON, 'component'),
    asm.jump('skip'),
    asm.label('not-found'),
    asm.move('ret', 's4'),
    asm.jump(NOT_RUN),
  ];
}

/** Writes the byte in `a1` to `s3`. */
function appendByte(): CpuForm[] {
  return [asm.store('a1', 's3', 0, 1), asm.add('s3', 1)];
}

/** A subroutine: executes the path in `a0`, and /bin/sh with it where the format is not known. Returns the error in `ret`. */
function tryForms(to: Generator): CpuForm[] {
  const execve = asm.syscall(numberOf('execve', to.architecture));
  const environment = [asm.address('a2', to.memory.part(ENVIRONMENT, 8)), asm.load('a2', 'a2')];
  return [
    asm.label(TRY),
    asm.enter(),
    asm.move('a4', 'a0'),
    asm.move('a1', 's5'),
    asm.add('a1', 8),
    ...environment,
    execve,
    asm.branch('ne', 'ret', -errnoNumber('ENOEXEC'), 'tried'),
    asm.store('a4', 's5', 8),
    asm.constant('a0', to.constants.text('/bin/sh')),
    asm.store('a0', 's5'),
    asm.move('a1', 's5'),
    execve,
    asm.constant('ret', -errnoNumber('ENOEXEC')),
    asm.label('tried'),
    asm.leave(),
  ];
}
