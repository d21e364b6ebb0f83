import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/temporary.ts'],
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%', // with two cores it would take one
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
