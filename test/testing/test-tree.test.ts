/** The objects that the tree of a test has without a `given`. */
import { expect, test } from 'vitest';
import { compile } from '../support/compile.js';
import { runTests } from '../../src/tools/testing/testing.js';

const POLICY = `llp 1;
policy "p" {
  default deny;
  dir? "/a" { allow read; dir? "b" { deny read; } }
  file? "/a/c" { allow write; }
}
`;

test('runTests: names the test whose tree the policy is not loaded on', () => {
  const given = (kind: string, name: string): string =>
    `test "${name}" { given { ${kind} "/srv"; } expect allow read "/srv"; }`;
  const text = `llp 1; policy "p" { dir "/srv" { allow read; } } ${given('dir', 'ok')} ${given('file', 'other { kind')}`;
  const reports = runTests(compile(text));
  expect(reports?.map((r) => r.passed)).toEqual([true, false]);
  const told = reports?.flatMap((r) => r.diagnostics) ?? [];
  expect(told.map((d) => d.code)).toEqual(['LLP5002']);
  const note = told[0]?.notes.at(-1);
  expect(note?.message).toBe('test `other { kind` is not run, as the policy is not loaded on its tree');
  expect(text.slice(note?.span?.start, note?.span?.end)).toBe('test');
  expect(note?.span?.start).toBe(text.lastIndexOf('test "'));
});

test('runTests: a path that an optional `dir` names is a directory', () => {
  const text = `${POLICY}test "t" { expect allow read "/a"; expect deny read "/a/./b"; expect allow write "/a/c"; }`;
  const reports = runTests(compile(text));
  expect(reports?.flatMap((r) => r.diagnostics)).toEqual([]);
  expect(reports).toMatchObject([{ passed: true, expectations: 3 }]);
});
