/**
 * `llpc/testing`: tests of policies in a test suite, with the same bytecode and engine as in `llpc`. It does not depend
 * on a test runner; `llpc/vitest` has matchers for vitest.
 */
export { runTests, type TestOptions, type TestReport } from '../../tools/testing/testing.js';
export { decider, type Decider } from './decide.js';
export { compileFile, stageFiles, type PolicyInput, type PolicyOptions } from './policy.js';
export { runScenarioFile, type ScenarioRun } from './scenario.js';
