import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { quietRuntime } from '../support/engine.js';
import { temporaryFolder } from '../support/servers.js';

const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const names = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
const read = (name: string) => historyFromJSON(JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')));

/** Under the ID it had: a run under another would be a shell. */
async function replay(codePath: string, name: string): Promise<void> {
  const history = read(name);
  const { workflowId } = history.events![0]!.workflowExecutionStartedEventAttributes!;
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId!);
}

beforeAll(() => quietRuntime());

describe('stored histories', () => {
  test('are of all workflows', () => {
    const types = names.map((name) => read(name).events![0]!.workflowExecutionStartedEventAttributes!.workflowType!.name);
    expect(new Set(types)).toEqual(
      new Set(['backfill', 'cleanUp', 'notify', 'oneShot', 'retryCall', 'runChain', 'runTask', 'scheduledChain']),
    );
  });

  test.each(names)('%s replays on the workflows of today', async (name) => {
    await replay(BUNDLE, name);
  });

  test.each([
    ["an engine activity's", 'scheduled-chain-met-completed.json', /\bawaitRun\b/g, 'awaitARun'],
    ["a workflow's", 'run-chain-success.json', /runTask/g, 'runATask'],
  ])('%s changed name is noticed', async (_what, name, found, instead) => {
    const tampered = join(temporaryFolder(), 'bundle.js');
    // The source map at the end holds the same names; only what runs is changed.
    const [code, map] = readFileSync(BUNDLE, 'utf8').split('//# sourceMappingURL=') as [string, string];
    expect(code).toMatch(found);
    writeFileSync(tampered, `${code.replaceAll(found, instead)}//# sourceMappingURL=${map}`);
    await expect(replay(tampered, name)).rejects.toThrow(DeterminismViolationError);
  });
});
