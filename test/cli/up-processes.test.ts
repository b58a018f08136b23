/** The processes of `up` where the system cannot start them: they are tried again. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebProcess } from '../../src/cli/up/web-process.js';
import { WorkerProcess } from '../../src/cli/up/worker-process.js';
import type { ProcessMark } from '../../src/local/state.js';
import { eventually } from '../support/engine.js';
import { temporaryFolder } from '../support/servers.js';

const node = process.execPath;
afterEach(() => {
  process.execPath = node;
});

interface Tried {
  start(): Promise<unknown>;
  kill(): void;
  mark(): ProcessMark | null;
}

const KINDS: Record<string, (folder: { projectDir: string; logDir: string; outFile: string }, told: string[]) => Tried> = {
  'the worker': (folder, told) => {
    let mark: ProcessMark | null = null;
    const worker: WorkerProcess = new WorkerProcess({
      ...folder,
      onProcess: () => (mark = worker.mark ?? mark),
      onTrouble: (text) => told.push(text),
      onRecovered() {},
    });
    return { start: () => worker.start(), kill: () => worker.kill(), mark: () => mark };
  },
  'the page': (folder, told) => {
    let mark: ProcessMark | null = null;
    const web = new WebProcess({ ...folder, onProcess: (now) => (mark = now ?? mark), onTrouble: (text) => told.push(text) });
    return { start: () => web.start(), kill: () => web.kill(), mark: () => mark };
  },
};

describe.each(Object.entries(KINDS))('%s', (_, create) => {
  it('is started again where its process could not be, and where its log could not be opened then', async () => {
    const dir = temporaryFolder();
    const outFile = join(dir, 'its.out');
    const told: string[] = [];
    const tried = create({ projectDir: dir, logDir: dir, outFile }, told);
    process.execPath = join(dir, 'no-node');
    await expect(tried.start()).rejects.toThrow(/ended at its start \(spawn .*no-node ENOENT\)/);
    expect(told).toEqual([expect.stringMatching(/ended unasked \(spawn .*no-node ENOENT\); it is started again in/)]);
    rmSync(outFile);
    mkdirSync(outFile);
    process.execPath = node;
    await eventually('the second failure', () => told.some((text) => /ended unasked \(EISDIR/.test(text)));
    expect(tried.mark()).toBeNull();
    rmSync(outFile, { recursive: true });
    await eventually('a process', () => tried.mark());
    tried.kill();
  });
});
