import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's native core does not like being loaded into several threads of one process.
    pool: 'forks',
    // Each file may bring its own server and worker, and half of its time it waits: more at once than this, on two cores,
    // only slow each other down.
    maxWorkers: 3,
    // Deadlines, not expectations: a test waits for an event, and fails when this much time passed without it.
    // Long ones cost nothing but where something is broken, and a machine with two cores may be slow for a while.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    typecheck: { enabled: false },
  },
});
