import { defineConfig } from 'vitest/config';
import { faultPlugin } from './test/faults/apply.js';

/** Folders whose tests start processes, bundlers, editors or a kernel, or run one program in many ways. */
const SLOW = ['cli', 'docs', 'editors', 'engine', 'integrations', 'kernel-bpf', 'linux', 'lsp'];
const ALL = ['test/**/*.test.ts'];
/** What tries random cases, as many as `test/support/random.ts` says. */
const RANDOM = ['test/**/*.random.test.ts'];
const REST = SLOW.map((folder) => `test/${folder}/**`);

/** `quick` is for a person after each edit: the passes, the golden files, the diagnostics and the examples. */
const PROJECTS = [
  { name: 'quick', include: ALL, exclude: [...RANDOM, ...REST] },
  { name: 'slow', include: REST.map((folder) => `${folder}/*.test.ts`), exclude: RANDOM },
  { name: 'random', include: RANDOM, exclude: [], testTimeout: 3_600_000 },
];

export default defineConfig({
  plugins: [faultPlugin(process.env['LLP_FAULT'])],
  test: {
    globalSetup: ['test/support/temporary.ts', 'test/support/seed.ts'],
    maxWorkers: '100%', // with two cores it would take one
    isolate: false, // the sources are loaded once in a worker: no test replaces a module
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: PROJECTS.map((test) => ({ extends: true, test })),
  },
});
