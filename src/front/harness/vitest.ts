/**
 * `llpc/vitest`: matchers for policies, and a function that adds the tests of a policy to the suite. The import
 * registers the matchers.
 *
 *     await expect('app.llp').toMatchPolicyGolden('golden/app');
 *     await expect('app.llp').toReplay('scenario.json');
 *     expect(decider('app.llp', ['/srv/a'])).toAllow('read', '/srv/a');
 *     policyTests('app.llp');
 */
import { describe, expect, Snapshots, test, type MatcherResult } from 'vitest';
import { resolve } from 'node:path';
import type { ActionName } from '../../abi/actions.js';
import { hasError } from '../../compile.js';
import { positionAt } from '../../diagnostics/lines.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { runTests, type TestOptions } from '../../tools/testing/testing.js';
import type { Decider } from './decide.js';
import { compileFile, pathOf, rendered, stageFiles, type PolicyInput, type PolicyOptions } from './policy.js';
import { runScenarioFile } from './scenario.js';

interface PolicyMatchers {
  /**
   * For a policy: its stages equal the files in this folder, which is relative to the test file. Missing files are
   * written, and `-u` updates them, as for other snapshots. Await the result.
   */
  toMatchPolicyGolden: (folder: string) => Promise<void>;
  /** For a policy: every step of the scenario has the expected result. Await the result. */
  toReplay: (scenario: string | URL) => Promise<void>;
  /** For a decider: the request is allowed. */
  toAllow: (action: ActionName, path: string) => void;
  /** For a decider: the policy denies the request (`EACCES`). Another error does not count. */
  toDeny: (action: ActionName, path: string) => void;
}

declare module 'vitest' {
  interface Matchers<T> extends PolicyMatchers {}
}

expect.extend({
  async toMatchPolicyGolden(policy: PolicyInput, folder: string) {
    const failures: [string, Awaited<MatcherResult>][] = [];
    for (const [name, text] of stageFiles(policy)) {
      const result = await Snapshots.toMatchFileSnapshot.call(this, text, `${folder}/${name}`, name);
      if (!result.pass) failures.push([name, result]);
    }
    const [first] = failures;
    if (first === undefined) return { pass: true, message: () => `the policy is what ${folder} says` };
    const names = failures.map(([name]) => name).join(', ');
    return { ...first[1], message: () => `${names} in ${folder}: ${first[1].message()}` };
  },
  async toReplay(policy: PolicyInput, scenario: string | URL) {
    const { passed, report } = await runScenarioFile(policy, scenario);
    return { pass: passed, message: () => `${pathOf(scenario)}\n${passed ? 'is as expected' : report}` };
  },
  toAllow: (asked: Decider, action: ActionName, path: string) => verdict(asked, 'allow', action, path),
  toDeny: (asked: Decider, action: ActionName, path: string) => verdict(asked, 'deny', action, path),
});

function verdict(asked: Decider, wanted: string, action: ActionName, path: string): Awaited<MatcherResult> {
  const found = asked.decide(action, path);
  const message = (): string => `${action} on ${path}: ${found}\n${asked.why(action, path)}`.trimEnd();
  return { pass: found === wanted, message, actual: found, expected: wanted };
}

/**
 * Registers each `test` block of a policy as a test, and one more test for the compilation. A test fails with its
 * diagnostics.
 * @param file a path from the working directory, or a `file:` URL
 */
export function policyTests(file: string | URL, options: PolicyOptions & TestOptions = {}): void {
  const result = compileFile(file, options);
  let reports: ReturnType<typeof runTests>;
  describe(pathOf(file), () => {
    test('compiles', () => {
      if (hasError(result.diagnostics)) throw diagnosticError(result.diagnostics, result.sources);
    });
    for (const [i, { name }] of (result.stages.policy?.tests ?? []).entries()) {
      test.skipIf(result.artifact === undefined)(name, () => {
        reports ??= runTests(result, options);
        const report = reports?.[i];
        if (report?.passed !== true) throw diagnosticError(report?.diagnostics ?? [], result.sources);
      });
    }
  });
}

/** An error whose stack is the place in the policy, so that vitest shows that place. */
function diagnosticError(diagnostics: readonly Diagnostic[], sources: readonly NamedSource[]): Error {
  const error = new Error(rendered(diagnostics, sources));
  error.name = 'policy';
  const span = diagnostics.find((d) => d.span !== undefined)?.span;
  const source = span === undefined ? undefined : sources[span.source];
  if (span === undefined || source === undefined) return error;
  const { line, column } = positionAt(source, span.start);
  error.stack = `${error.name}: ${error.message}\n    at ${resolve(source.name)}:${line}:${column}`;
  return error;
}
