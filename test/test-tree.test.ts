/** What the tree of a test has without being told. */
import { expect, test } from 'vitest';
import { compile } from '../src/compile.js';
import { runTests } from '../src/testing.js';

const POLICY = `llp 1;
policy "p" {
  default deny;
  dir? "/a" { allow read; dir? "b" { deny read; } }
  file? "/a/c" { allow write; }
}
`;

test('a path that an optional `dir` of the policy names is a directory', () => {
  const text = `${POLICY}test "t" { expect allow read "/a"; expect deny read "/a/./b"; expect allow write "/a/c"; }`;
  const reports = runTests(compile(text));
  expect(reports?.flatMap((r) => r.diagnostics)).toEqual([]);
  expect(reports).toMatchObject([{ passed: true, expectations: 3 }]);
});
