/** What the API tells of the project's files is what the command line tells. */
import { expect, it } from 'vitest';
import { bareApi, bareProject, readAnswer } from './web.js';

it('names what is disabled here, and what is wrong with the settings', async () => {
  const project = await bareProject({
    name: 'web-project',
    config: `settings: {
      WP_KEY: env.text({ description: 'key of the provider', secret: true }),
      WP_SIZE: env.integer({ description: 'items at a time', default: 10, least: 1 }),
    }`,
    tasks: { task_mail: `{ needs: ['WP_KEY'], run() {} }`, task_plain: `{ run() {} }` },
  });
  const { app } = bareApi({ project });
  const ask = async (path: string) =>
    (await readAnswer(await app.request(path, { headers: { host: 'localhost' } }))).body as object;
  const disabled = 'disabled: needs WP_KEY, which is not set';
  expect(await ask('/api/check')).toMatchObject({
    problems: [],
    settings: [],
    disabled: [{ task: 'task_mail', reason: disabled }],
  });
  expect(await ask('/api/tasks/task_mail')).toMatchObject({ disabled, problem: null });
  expect(await ask('/api/tasks/task_plain')).toMatchObject({ disabled: null });
});
