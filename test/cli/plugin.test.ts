/** The plugin protocol of the conformance suite: over the built command line, and over every vector in this process. */
import { describe, expect, it, test } from 'vitest';
import { COMMANDS } from '../../src/front/cli/help.js';
import { hexOf, parseHex } from '../../src/base/hex.js';
import { UsageError } from '../../src/front/cli/arguments.js';
import { readOptions } from '../../src/front/cli/options.js';
import { runPlugin, type PluginResult } from '../../src/front/cli/plugin.js';
import { assemble } from '../support/programs.js';
import { readVectors, type Vector } from '../support/vectors.js';
import { folder, llpcProcess } from '../support/llpc.js';
import { fc } from '../support/random.js';

const vectors = readVectors('conformance.json');
const negative = readVectors('conformance-negative.json');
if (vectors === undefined) console.warn('conformance vectors are absent: the plugin is not run on them');

const known = COMMANDS.find((c) => c.name === 'exec')?.options ?? [];
const plugin = (args: readonly string[], text: string): PluginResult =>
  runPlugin(readOptions(['--plugin', ...args], known), () => ({ kind: 'ok', text }));

/** As the suite's runner writes bytes: two blanks after each. */
const spaced = (hex: string): string => hex.replace(/../g, '$&  ');
const memoryOf = ({ mem_hex }: Vector): string[] => (mem_hex === '' ? [] : [spaced(mem_hex)]);
const wanted = (vector: Vector): string => `${BigInt(vector.expected_r0 ?? 0).toString(16)}\n`;

describe.skipIf(vectors === undefined)('the vectors of the suite', () => {
  for (const vector of vectors ?? []) {
    it(vector.name, () => {
      const result = plugin(memoryOf(vector), `${spaced(vector.raw_insn_hex)}\n`);
      if (vector.group === 'callx') {
        expect(result).toMatchObject({ out: '', code: 1 });
        expect(result.err).toMatch(/error\[known_opcode\]/);
      } else expect(result).toEqual({ out: wanted(vector), err: '', code: 0 });
    });
  }

  for (const vector of negative ?? []) {
    it(`refuses ${vector.name}`, () => {
      const result = plugin(memoryOf(vector), spaced(vector.raw_insn_hex));
      expect(result).toMatchObject({ out: '', code: 1 });
      expect(result.err).toMatch(/^program: slot \d+: [0-9a-f]{16}: error\[reserved_field\]: /);
    });
  }

  const some = (vectors ?? []).filter(({ group }, i) => i % 60 === 0 || group === 'callx');
  for (const vector of some) {
    it(`${vector.name}, as a process`, () => {
      const input = `${spaced(vector.raw_insn_hex)}\n`;
      const ran = llpcProcess('.', ['exec', '--plugin', ...memoryOf(vector)], { input });
      const refused = vector.group === 'callx';
      expect([ran.code, ran.out]).toEqual(refused ? [1, ''] : [0, wanted(vector)]);
      expect(ran.err === '').toBe(!refused);
    });
  }
});

const FIRST = hexOf(assemble('ldxb r0, [r1+0] | exit'));
const LENGTH = hexOf(assemble('mov r0, r2 | exit'));
const MINUS = hexOf(assemble('mov r0, -1 | exit'));

test.each([
  ['no memory, as it is left out', [], LENGTH, '0\n'],
  ['no memory, as an old runner says it', ['', ''], LENGTH, '0\n'],
  ['memory first, then options', ['0a 0b', '--debug', '--engine', 'interpreter'], FIRST, 'a\n'],
  ['options first', ['--fuel', '100', '0a0b'], FIRST, 'a\n'],
  ['the program as an argument', ['--program', FIRST, 'ff'], '', 'ff\n'],
  ['all 64 bits', [], MINUS, 'ffffffffffffffff\n'],
  ['a program over several lines', [], MINUS.replace(/.{16}/g, '$&\r\n\t'), 'ffffffffffffffff\n'],
  ['capitals', ['0A'], FIRST.toUpperCase(), 'a\n'],
] as const)('%s', (_, args, input, out) => {
  expect(plugin(args, input)).toEqual({ out, err: '', code: 0 });
});

test.each([
  ['a fault', [], FIRST, /^program: slot 0: ldxb r0, \[r1\+0\]: fault: bad load\n$/],
  ['an empty program', [], '\n', /error\[whole_instructions\]: the program is empty/],
  ['what is no hex', [], 'exit', /^standard input: `exit` is not hex text of whole bytes\n$/],
  ['ELF', ['00', '--elf'], '7f454c46', /^--elf: ELF files are not supported/],
] as const)('%s has the exit code 1 and no output', (_, args, input, err) => {
  const result = plugin(args, input);
  expect(result).toMatchObject({ out: '', code: 1 });
  expect(result.err).toMatch(err);
});

test('llpc exec --plugin: arguments that cannot be read are usage errors', () => {
  for (const args of [['xy'], ['00', '01'], ['--program', 'x'], ['--jit'], ['--engine', 'jit']])
    expect(() => plugin(args, LENGTH)).toThrow(UsageError);
  const ran = llpcProcess(folder({}), ['exec', '--plugin', 'xy'], { input: LENGTH });
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toMatch(/`MEM`: `xy` is not hex text of whole bytes/);
});

it('llpc exec --plugin: reads the hex of any bytes, however they stand', () => {
  const gap = fc.constantFrom('', ' ', '  ', '\n', '\r\n', '\t', ' 0x');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), gap)), (drawn) => {
      const text = drawn.map(([byte, before]) => before + byte.toString(16).padStart(2, '0')).join('');
      expect(parseHex(text)).toEqual({ kind: 'ok', bytes: Uint8Array.from(drawn.map(([byte]) => byte)) });
    }),
  );
});
