/** The grammar of strace's lines: what is printed is read back, and what cannot be read is said. */
import { describe, expect, it } from 'vitest';
import { printTraceCall, readTraceLine, type TraceCall } from '../../src/tools/learn/strace-line.js';
import {
  cutArguments,
  printString,
  readFd,
  readFlags,
  readString,
  shownPath,
  unescape,
} from '../../src/tools/learn/strace-text.js';
import { readTrace } from '../../src/tools/learn/strace.js';
import { bytesFromName } from '../../src/runtime/kernel/names.js';
import { fc } from '../support/random.js';

const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 });

describe('readString', () => {
  it('reads back the bytes that strace printed', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const read = readString(printString(given));
        expect(read?.truncated).toBe(false);
        expect([...bytesFromName(read?.text ?? '')]).toEqual([...given]);
      }),
    );
  });

  it('reads octal, hex and plain characters alike', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const hex = `"${[...given].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`;
        const octal = `"${[...given].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join('')}"`;
        expect(readString(hex)).toEqual(readString(printString(given)));
        expect(readString(octal)).toEqual(readString(printString(given)));
      }),
    );
  });

  it('says that strace cut a string', () => {
    expect(readString('"/usr/sh"...')).toEqual({ text: '/usr/sh', truncated: true });
    expect(readString('NULL')).toBeUndefined();
    expect(readString('0x7ffd')).toBeUndefined();
    expect(unescape('a\\"b\\\\\\n\\303\\244')).toBe('a"b\\\nä');
  });
});

const argument = fc.oneof(
  bytes.map(printString),
  fc.constantFrom(
    'AT_FDCWD',
    'AT_FDCWD</srv/a b>',
    '3</x, (y>',
    '4<TCP:[1.2.3.4:1->5.6.7.8:2]>',
    '0</dev/tty<char 5:0>>',
    'NULL',
  ),
  fc.constantFrom(
    '{st_mode=S_IFREG|0644, st_size=3, ...}',
    '["a", "b)"]',
    'O_RDONLY|O_CLOEXEC',
    '0x7f00',
    '1<<3',
  ),
);
const call: fc.Arbitrary<TraceCall> = fc.record({
  kind: fc.constant('call' as const),
  pid: fc.nat({ max: 4_000_000 }),
  name: fc.constantFrom('openat', 'statx', 'clone3', 'x32_thing'),
  args: fc.array(argument, { maxLength: 6 }),
  result: fc.constantFrom(
    { value: '0', errno: undefined },
    { value: '3</a (b) = c>', errno: undefined },
    { value: '-1', errno: 'ENOENT' },
    { value: '?', errno: 'ERESTARTSYS' },
    { value: '0x7f0000001000', errno: undefined },
  ),
});

describe('readTraceLine, calls', () => {
  it('reads back a printed call, with and without a time', () => {
    fc.assert(
      fc.property(
        call,
        fc.constantFrom('', '12:00:01 ', '12:00:01.000123 ', '1700000000.000123 '),
        (given, time) => {
          const printed = printTraceCall(given);
          const timed = given.pid === 0 ? time + printed : printed.replace(' ', ` ${time}`);
          expect(readTraceLine(timed)).toEqual(given);
        },
      ),
    );
  });

  it('joins a call that was cut between two arguments', () => {
    fc.assert(
      fc.property(call, fc.nat(), (given, cut) => {
        const line = printTraceCall({ ...given, pid: 7 });
        const from = line.indexOf('(') + 1;
        const places = [from, ...cutPlaces(line, from)];
        const at = places[cut % places.length] ?? from;
        const rest = line.slice(at);
        const text = `${line.slice(0, at)} <unfinished ...>\n7 <... ${given.name} resumed>${rest}\n`;
        const trace = readTrace(text);
        expect(trace.unparsed).toEqual([]);
        expect(trace.events).toEqual([{ kind: 'call', line: 2, call: { ...given, pid: 7 } }]);
      }),
    );
  });
});

/** The offsets after each comma of the call's own level. */
function cutPlaces(line: string, from: number): number[] {
  const { items } = cutArguments(line, from);
  let at = from;
  return items.slice(0, -1).map((item) => (at = line.indexOf(item, at) + item.length + 1));
}

const LINES: readonly (readonly [string, string])[] = [
  ['[pid  4711] close(3)                          = 0', 'call'],
  ['4711  close(3</a>) = 0 <0.000012>', 'call'],
  ['4711  +++ exited with 0 +++', 'exit'],
  ['+++ killed by SIGKILL (core dumped) +++', 'exit'],
  ['4711  --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---', 'nothing'],
  ['strace: Process 4712 attached', 'nothing'],
  ['', 'nothing'],
  ['4711  vfork( <unfinished ...>', 'unfinished'],
  ['4711  <... vfork resumed>) = 4712', 'resumed'],
  ['hello, world', 'unparsed'],
  ['4711  openat(AT_FDCWD, "/a', 'unparsed'],
  ['4711  close(3)', 'unparsed'],
];

describe('readTrace, lines', () => {
  it.each(LINES)('%s', (line, kind) => {
    expect(readTraceLine(line).kind).toBe(kind);
  });

  it('keeps lines that it does not understand, and single halves of calls, with their numbers', () => {
    const { unparsed } = readTrace(
      '1  close(3) = 0\nrubbish\n1  <... read resumed>) = 3\n2  openat(AT_FDCWD, "/a" <unfinished ...>\n',
    );
    expect(unparsed.map((u) => u.line)).toEqual([2, 3, 4]);
  });

  it('puts the call that makes a process before the calls of the process', () => {
    const { events } = readTrace(
      '1  vfork( <unfinished ...>\n2  chdir("/a") = 0\n1  <... vfork resumed>) = 2\n2  +++ exited with 0 +++\n',
    );
    expect(events.map((e) => e.line)).toEqual([3, 2, 4]);
  });
});

describe('readFd and flags', () => {
  it('reads descriptors and flags', () => {
    expect(readFd('3</srv/a>')).toEqual({ number: 3, shown: '/srv/a' });
    expect(readFd('AT_FDCWD')).toEqual({ number: undefined, shown: undefined });
    expect(readFd('-1')).toBeUndefined();
    expect(readFlags('O_RDONLY|O_CREAT|0x8')).toEqual(['O_RDONLY', 'O_CREAT']);
    expect(shownPath('/dev/tty<char 5:0>')).toBe('/dev/tty');
    expect([shownPath('pipe:[1]'), shownPath('/a (deleted)')]).toEqual([undefined, undefined]);
  });
});
