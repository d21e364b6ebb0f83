import { defineConfig } from 'vitest/config';

export default defineConfig({
  // In watch mode a change of a policy runs the tests again.
  test: { forceRerunTriggers: ['**/*.llp', '**/scenario.json'] },
});
