/**
 * Forms that write messages, and the subroutines for it: `sandbox: WHAT: ERRNO (words)`, in one write to standard error.
 *
 * `s0` points behind the text so far. A text that does not fit is cut.
 */
import { errnoNumber, ERRNO_WORDS } from '../../../abi/errno-words.js';
import * as asm from './asm/forms.js';
import type { CpuForm } from './asm/forms.js';
import { NOT_RUN, USAGE } from './execute-forms.js';
import { numberOf, REFUSE, REPORT, SHOWN_PATH, SUBROUTINE, type Generator } from './generator.js';

const MESSAGE = 'message';
/** The longest path twice, and the words around it. */
const MESSAGE_SIZE = 3 * 4096;
/** Room for the words that follow a text of the user. */
const RESERVED = 256;
const USAGE_TEXT =
  'usage: sandbox COMMAND [ARGUMENT]...\nRuns the command under the policy that the launcher was made from.\n';
const BACKTICK = '`';

/** Exit codes as `env` has them. */
const NOT_SET_UP = 125;
const NOT_EXECUTED = 126;
const NOT_FOUND = 127;

/** Everything that stands behind the steps once. */
export function reportForms(to: Generator): CpuForm[] {
  return [
    ...errorForms(to),
    ...refuseForms(to),
    ...notRunForms(to),
    ...usageForms(to),
    ...withErrorForms(to),
    ...writeForms(to),
    ...appendForms(to),
    ...foreignForms(to),
    ...decimalForms(to),
  ];
}

function say(text: string, to: Generator): CpuForm[] {
  return [asm.constant('a0', to.constants.text(text)), asm.call(SUBROUTINE.append)];
}

/** `sandbox: `, and what `a0` says. */
function beginForms(to: Generator): CpuForm[] {
  return [
    asm.move('s3', 'a0'),
    asm.address('s0', to.memory.part(MESSAGE, MESSAGE_SIZE)),
    ...say('sandbox: ', to),
    asm.move('a0', 's3'),
    asm.call(SUBROUTINE.append),
  ];
}

/** The path of the row, if there is one. */
function pathForms(to: Generator): CpuForm[] {
  const none = to.fresh('no-row');
  return [
    asm.branch('eq', 's1', 0, none),
    ...say(` ${BACKTICK}`, to),
    asm.load('a0', 's1', ...SHOWN_PATH),
    asm.call(SUBROUTINE.append),
    ...say(BACKTICK, to),
    asm.label(none),
  ];
}

function errorForms(to: Generator): CpuForm[] {
  return [
    asm.label(REPORT),
    asm.move('s2', 'ret'),
    ...beginForms(to),
    ...pathForms(to),
    asm.constant('s3', NOT_SET_UP),
    asm.jump('with-error'),
  ];
}

function refuseForms(to: Generator): CpuForm[] {
  return [
    asm.label(REFUSE),
    ...beginForms(to),
    ...pathForms(to),
    ...say('\n', to),
    asm.constant('s3', NOT_SET_UP),
    asm.jump('write'),
  ];
}

/** The command in `s2` could not be executed: 127 where it does not exist. */
function notRunForms(to: Generator): CpuForm[] {
  return [
    asm.label(NOT_RUN),
    asm.move('s4', 'ret'),
    asm.constant('a0', to.constants.text(`cannot run ${BACKTICK}`)),
    ...beginForms(to),
    asm.move('a0', 's2'),
    asm.call(SUBROUTINE.foreign),
    ...say(BACKTICK, to),
    asm.move('s2', 's4'),
    asm.constant('s3', NOT_FOUND),
    asm.branch('eq', 's2', -errnoNumber('ENOENT'), 'with-error'),
    asm.constant('s3', NOT_EXECUTED),
    asm.jump('with-error'),
  ];
}

function usageForms(to: Generator): CpuForm[] {
  return [
    asm.label(USAGE),
    asm.address('s0', to.memory.part(MESSAGE, MESSAGE_SIZE)),
    ...say(USAGE_TEXT, to),
    asm.constant('s3', NOT_SET_UP),
    asm.jump('write'),
  ];
}

/** Adds the error in `s2`, a negated number. */
function withErrorForms(to: Generator): CpuForm[] {
  const last = Math.max(...ERRNO_WORDS.map(([number]) => number));
  const table = Buffer.alloc(4 * (last + 1));
  for (const [number, name, words] of ERRNO_WORDS)
    table.writeUInt32LE(to.constants.text(`${name} (${words})`), 4 * number);
  return [
    asm.label('with-error'),
    ...say(': ', to),
    asm.constant('a1', 0),
    asm.sub('a1', 's2'),
    asm.branch('atLeast', 'a1', last + 1, 'without-name'),
    asm.add('a1', 'a1'),
    asm.add('a1', 'a1'),
    asm.constant('a0', to.constants.bytes(table)),
    asm.add('a0', 'a1'),
    asm.load('a0', 'a0', 0, 4),
    asm.branch('eq', 'a0', 0, 'without-name'),
    asm.call(SUBROUTINE.append),
    asm.jump('end-of-line'),
    asm.label('without-name'),
    ...say('error ', to),
    asm.constant('a0', 0),
    asm.sub('a0', 's2'),
    asm.call(SUBROUTINE.decimal),
    asm.label('end-of-line'),
    ...say('\n', to),
    asm.jump('write'),
  ];
}

/** Writes the message and ends with the code in `s3`. */
function writeForms(to: Generator): CpuForm[] {
  return [
    asm.label('write'),
    asm.constant('a0', 2),
    asm.address('a1', to.memory.part(MESSAGE, MESSAGE_SIZE)),
    asm.move('a2', 's0'),
    asm.sub('a2', 'a1'),
    asm.syscall(numberOf('write', to.architecture)),
    asm.label('exit'),
    asm.move('a0', 's3'),
    asm.syscall(numberOf('exit_group', to.architecture)),
    asm.jump('exit'),
  ];
}

/** Appends the text in `a0`. The id maps use it too, for their own memory: the limit is that of the messages, which lies behind. */
function appendForms(to: Generator): CpuForm[] {
  return [
    asm.label(SUBROUTINE.append),
    asm.enter(),
    asm.address('a2', to.memory.part(MESSAGE, MESSAGE_SIZE)),
    asm.add('a2', MESSAGE_SIZE),
    asm.label('append-next'),
    asm.load('a1', 'a0', 0, 1),
    asm.branch('eq', 'a1', 0, 'appended'),
    asm.branch('atLeast', 's0', 'a2', 'appended'),
    asm.store('a1', 's0', 0, 1),
    asm.add('s0', 1),
    asm.add('a0', 1),
    asm.jump('append-next'),
    asm.label('appended'),
    asm.leave(),
  ];
}

/** Appends a text of the user: a byte that is not printable ASCII becomes `\xNN`, so that it cannot control a terminal. */
function foreignForms(to: Generator): CpuForm[] {
  const digits = Buffer.from(Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')).join(''));
  return [
    asm.label(SUBROUTINE.foreign),
    asm.enter(),
    asm.address('a2', to.memory.part(MESSAGE, MESSAGE_SIZE)),
    asm.add('a2', MESSAGE_SIZE - RESERVED),
    asm.label('foreign-next'),
    asm.load('a1', 'a0', 0, 1),
    asm.branch('eq', 'a1', 0, 'foreign-end'),
    asm.branch('atLeast', 's0', 'a2', 'foreign-end'),
    asm.add('a0', 1),
    asm.branch('below', 'a1', 0x20, 'foreign-escaped'),
    asm.branch('atLeast', 'a1', 0x7f, 'foreign-escaped'),
    asm.store('a1', 's0', 0, 1),
    asm.add('s0', 1),
    asm.jump('foreign-next'),
    asm.label('foreign-escaped'),
    ...[...Buffer.from('\\x')].flatMap((byte, i) => [asm.constant('a3', byte), asm.store('a3', 's0', i, 1)]),
    asm.constant('a3', to.constants.bytes(digits)),
    asm.add('a1', 'a1'),
    asm.add('a3', 'a1'),
    ...[0, 1].flatMap((i) => [asm.load('a4', 'a3', i, 1), asm.store('a4', 's0', i + 2, 1)]),
    asm.add('s0', 4),
    asm.jump('foreign-next'),
    asm.label('foreign-end'),
    asm.leave(),
  ];
}

/** Appends the number in `a0`, below 2^32, in decimal: counts how often each power of ten can be taken away. */
function decimalForms(to: Generator): CpuForm[] {
  const powers = Buffer.alloc(11 * 8);
  for (let i = 0; i < 10; i++) powers.writeBigUInt64LE(10n ** BigInt(9 - i), 8 * i);
  return [
    asm.label(SUBROUTINE.decimal),
    asm.enter(),
    asm.constant('a1', to.constants.bytes(powers)),
    asm.constant('a3', 0),
    asm.label('decimal-power'),
    asm.load('a2', 'a1'),
    asm.branch('eq', 'a2', 0, 'decimal-end'),
    asm.constant('a4', 0x30),
    asm.label('decimal-count'),
    asm.branch('below', 'a0', 'a2', 'decimal-digit'),
    asm.sub('a0', 'a2'),
    asm.add('a4', 1),
    asm.jump('decimal-count'),
    asm.label('decimal-digit'),
    asm.add('a3', 'a4'),
    asm.branch('ne', 'a3', 0x30, 'decimal-put'),
    // A zero before the first other digit is left out, unless it is the last digit.
    asm.constant('a3', 0),
    asm.branch('ne', 'a2', 1, 'decimal-next'),
    asm.label('decimal-put'),
    asm.store('a4', 's0', 0, 1),
    asm.add('s0', 1),
    asm.label('decimal-next'),
    asm.add('a1', 8),
    asm.jump('decimal-power'),
    asm.label('decimal-end'),
    asm.leave(),
  ];
}
