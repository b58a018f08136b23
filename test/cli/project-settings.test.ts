import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROCESS_MS } from '../support/patience.js';
import { writeProject } from '../support/project.js';

const PROGRAM = fileURLToPath(new URL('../../bin/daychain.js', import.meta.url));
let project: ReturnType<typeof writeProject>;

beforeAll(() => {
  project = writeProject({
    name: 'settings',
    config: `settings: {
      API_KEY: env.text({ description: 'key of the provider', secret: true }),
      BATCH_SIZE: env.integer({ description: 'items at a time', default: 10, most: 500 }),
    }`,
    tasks: { task_mail: `{ needs: ['API_KEY'], run() {} }` },
    chains: { daily: { tasks: { task_mail: [] } } },
  });
});
afterAll(() => project.remove());

function daychain(command: string, environment: Record<string, string> = {}): Promise<{ exit: number; text: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, NO_COLOR: '1', ...environment };
    const told = (error: Error | null, stdout: string, stderr: string) =>
      resolve({ exit: error === null ? 0 : Number((error as { code?: number }).code), text: stdout + stderr });
    execFile(process.execPath, [PROGRAM, command, '--project', project.dir], { env, timeout: PROCESS_MS }, told);
  });
}

test('check and list name a disabled task and the setting it lacks', async () => {
  const checked = await daychain('check');
  expect(checked.exit).toBe(0);
  expect(checked.text).toContain('task_mail is disabled: needs API_KEY, which is not set here');
  expect((await daychain('list')).text).toContain('task_mail   disabled: needs API_KEY, which is not set');
  expect((await daychain('list', { API_KEY: 'hunter2' })).text).not.toContain('disabled');
});

test('check and up refuse wrong values, all at once, with exit code 2', async () => {
  for (const command of ['check', 'up']) {
    const { exit, text } = await daychain(command, { BATCH_SIZE: '900' });
    expect(exit).toBe(2);
    expect(text).toContain('BATCH_SIZE: "900" is no whole number, 500 or less');
  }
});

test('doctor shows each setting with its source and its meaning, secrets masked', async () => {
  const { text } = await daychain('doctor', { API_KEY: 'hunter2' });
  expect(text).toMatch(/API_KEY +\*{4} +environment +key of the provider \(text\)/);
  expect(text).toMatch(/BATCH_SIZE +10 +default +items at a time \(whole number, 500 or less\)/);
  expect(text).not.toContain('hunter2');
});
