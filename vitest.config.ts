import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's native core does not like being loaded into several threads of one process.
    pool: 'forks',
    // Each file may bring its own server and worker: more at once than this only slows all of them down.
    maxWorkers: 2,
    // Deadlines, not expectations: a test waits for an event, and fails when this much time passed without it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    typecheck: { enabled: false },
  },
});
