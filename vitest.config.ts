import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest begins with the files of most bytes. These take longest: whichever came last would run alone in the end, for minutes. */
const LONGEST = ['e2e/examples', 'faults/crash-points', 'e2e/why', 'cli/reload', 'workflows/backfill', 'faults/compliance'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(`test/${name}.test.ts`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's native core does not like being loaded into several threads of one process.
    pool: 'forks',
    // Each file may bring its own server and worker, and half of its time it waits: more at once than this, on two cores,
    // only slow each other down.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Deadlines, not expectations: a test waits for an event, and fails when this much time passed without it.
    // Long ones cost nothing but where something is broken, and a machine with two cores may be slow for a while.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    typecheck: { enabled: false },
  },
});
