/** `llpc gaps` from the outside: files, options, formats, exit codes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NEWEST_MACHINE } from '../../src/artifact/enforcement-plan.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { thisMachine } from '../../src/tools/enforce/machine.js';
import { BAD, folder, llpc } from '../support/llpc.js';

const POLICY = 'llp 1;\npolicy "p" {\n  default deny;\n  dir "/srv" { allow read; }\n}\n';
const root = folder({
  'p.llp': POLICY,
  'idle.llp': POLICY.replace('llp 1;', 'llp 1;\naccept unenforced read on landlock-v8;'),
  'bad.llp': BAD,
});

test.each([
  ['gaps p.llp --target landlock-v8', 0, /^landlock-v8: no gaps/, /^$/],
  ['gaps idle.llp --target landlock-v8', 0, /^landlock-v8: no gaps/, /warning\[LLP4011\][^]*1 warning\n$/],
  ['gaps bad.llp', 1, /^$/, /LLP1015/],
  ['gaps nowhere.llp', 1, /^$/, /LLP2017/],
  ['gaps', 2, /^$/, /which policy/],
  ['gaps p.llp --target linus', 2, /^$/, /did you mean `linux`/],
  ['gaps p.llp --abi new', 2, /^$/, /`--abi new`: it takes a whole number from 0 to 999/],
  ['gaps p.llp --abi=-1', 2, /^$/, /`--abi -1`: it takes a whole number/],
  ['gaps p.llp --emit ast', 2, /^$/, /unknown option `--emit`/],
] as const)('llpc %s: exit code %i', async (args, code, out, err) => {
  const ran = await llpc(root, args.split(' '));
  expect(ran.err).toMatch(err);
  expect(ran.out).toMatch(out);
  expect(ran.code).toBe(code);
});

test.each([
  [['--abi', '2'], { abi: 2, masks: true }, false],
  [['--no-masks', '--exact'], { abi: 7, masks: false }, true],
])(
  'llpc gaps %j: JSON names the target, the machine and what is an error',
  async (options, machine, exact) => {
    const { out } = await llpc(root, ['gaps', 'p.llp', '--format', 'json', ...options]);
    const made = JSON.parse(out) as object;
    expect(made).toMatchObject({ target: 'linux', machine, exact });
    expect(await validateAgainst('gaps-1.json', made)).toEqual([]);
  },
);

test('llpc gaps: the machine is this one, unless an option says another', async () => {
  const machineOf = async (...options: readonly string[]): Promise<unknown> => {
    const { out } = await llpc(root, ['gaps', 'p.llp', '--format', 'json', ...options]);
    return (JSON.parse(out) as { readonly machine: unknown }).machine;
  };
  const own = await thisMachine()
    .then(({ machine }) => machine)
    .catch(() => NEWEST_MACHINE);
  expect(await machineOf()).toEqual(own);
  expect(await machineOf('--target', 'landlock-v8')).toBeNull();
});

test('llpc gaps: SARIF has the warnings, and the text of the page', async () => {
  const { out } = await llpc(root, ['gaps', 'idle.llp', '--target', 'landlock-v8', '--format', 'sarif']);
  const log = JSON.parse(out) as { runs: { results: { ruleId: string }[]; tool: unknown }[] };
  expect(log.runs[0]?.results.map((r) => r.ruleId)).toEqual(['LLP4011']);
  expect(JSON.stringify(log.runs[0]?.tool)).toContain('nothing left unenforced');
});

test('llpc build --target linux: what is not enforced is an error, for each machine, also with a cache', async () => {
  const cwd = folder({ k: '' });
  const gap = (what: string): string =>
    `llp 1;\npolicy "p" {\n  default allow;\n  forbid chroot, mounton;\n  file "${cwd}/k" { deny ${what}; }\n}\n`;
  writeFileSync(join(cwd, 'looser.llp'), gap('getattr'));
  writeFileSync(join(cwd, 'stricter.llp'), gap('write'));
  const build = async (
    file: string,
    ...options: readonly string[]
  ): Promise<readonly [number | null, string]> => {
    const args = ['build', file, '--target', 'linux', '-o', 'out', '--cache', 'kept', ...options];
    const { code, err } = await llpc(cwd, args);
    const found = [...new Set(err.match(/(?:error|warning)\[LLP\d+\]/g))].join();
    return [code, err.includes('masks cannot be made') ? `${found} needs a mask` : found];
  };
  expect(await build('looser.llp')).toEqual([1, 'error[LLP4007]']);
  for (let i = 0; i < 2; i++) {
    expect(await build('stricter.llp')).toEqual([0, 'warning[LLP4008]']);
    expect(await build('stricter.llp', '--exact')).toEqual([1, 'error[LLP4008]']);
    expect(await build('stricter.llp', '--no-masks')).toEqual([0, 'warning[LLP4008] needs a mask']);
  }
});
