/**
 * `llpc/testing`: policies in a test suite, on the same bytecode and engine as everything else. Needs no test runner; matchers
 * for vitest are `llpc/vitest`.
 */
export { runTests, type TestOptions, type TestReport } from '../../tools/testing/testing.js';
export { decider, type Decider } from './decide.js';
export { compileFile, stageFiles, type PolicyInput, type PolicyOptions } from './policy.js';
export { runScenarioFile, type ScenarioRun } from './scenario.js';
