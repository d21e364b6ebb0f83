/** `llpc/vitest` in a suite of its own: what passes, what fails with which words, and what `-u` writes. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, project, script, sh } from '../support/project.js';

const change = (root: string, file: string, from: string, to: string): void => {
  const text = readFileSync(join(root, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(root, file), text.replace(from, to));
};

const run = (root: string, args = ''): { readonly code: number | null; readonly text: string } => {
  const { code, out, err } = sh(root, `vitest run ${args}`);
  return { code, text: out + err };
};

const golden = (root: string): [string, string][] =>
  readdirSync(join(root, 'golden')).map((name) => [name, readFileSync(join(root, 'golden', name), 'utf8')]);

describe('llpc/vitest, the example', () => {
  const root = project('vitest');

  it('passes, with one test for each test of the policy', () => {
    const out = script(root, 'test');
    expect(out).toMatch(/Tests\s+5 passed \(5\)/);
    expect(golden(root)).toEqual(golden(join(EXAMPLES, 'vitest')));
  });

  it('has the golden files that a run makes', () => {
    rmSync(join(root, 'golden'), { recursive: true });
    expect(run(root, '-u').code).toBe(0);
    expect(golden(root)).toEqual(golden(join(EXAMPLES, 'vitest')));
  });
});

describe('llpc/vitest, a changed policy', () => {
  const root = project('vitest');

  it('fails the golden files, the scenario, a test and a question', () => {
    change(root, 'app.llp', '{ deny all; }', '{ deny write; }');
    const { code, text } = run(root);
    expect(code).toBe(1);
    expect(text).toMatch(/Tests\s+4 failed \| 1 passed \(5\)/);
    expect(text).toContain('policy.txt, hierarchy.txt, plan.txt, manifest.json in golden: ');
    expect(text).toMatch(/LLP5009.*expected deny of `read` on `\/srv\/data\/private\/b`, and it is allowed/);
    expect(text).toMatch(/^ *NO {3}4 {2}allow {4}open \/srv\/data\/private\/b {3}expected EACCES$/m);
    expect(text).toMatch(
      /read on \/srv\/data\/private\/b: allow\n *app\.llp:10:5: note: decided by this rule of `dir "\/srv\/data"`/,
    );
    // The place in the policy is where vitest points.
    expect(text).toMatch(/❯ app\.llp:17:3/);
    expect(golden(root)).toEqual(golden(join(EXAMPLES, 'vitest')));
  });

  it('-u updates the golden files', () => {
    expect(run(root, '-u -t looked').code).toBe(0);
    expect(golden(root)).not.toEqual(golden(join(EXAMPLES, 'vitest')));
    expect(run(root, '-t looked').code).toBe(0);
  });
});

describe('llpc/vitest, an unusable policy', () => {
  const root = project('vitest');

  it('fails with the diagnostics of the policy', () => {
    change(root, 'app.llp', 'deny all', 'deny everything');
    const { code, text } = run(root);
    expect(code).toBe(1);
    expect(text).toMatch(/app\.llp > compiles/);
    expect(text).toMatch(/app\.llp:11:26: error\[LLP2001\]/);
    expect(text).toMatch(/the policy does not compile/);
  });

  it('fails if a file is missing', () => {
    change(root, 'app.llp', 'deny everything', 'deny all');
    rmSync(join(root, 'scenario.json'));
    change(root, 'app.test.js', "policyTests('app.llp')", "policyTests('none.llp')");
    const { code, text } = run(root);
    expect(code).toBe(1);
    expect(text).toMatch(/LLP2017.*`none\.llp`: there is no such file/);
    expect(text).toMatch(/LLP2017.*`scenario\.json`: there is no such file/);
    expect(text).toMatch(/Tests\s+2 failed \| 2 passed \(4\)/);
  });
});
