/** Streams of the API, without a socket. */
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { eventually } from '../support/engine.js';
import { bareApi, bareProject } from './web.js';

it('leave nothing behind when their readers go, and end with the server', async () => {
  const project = await bareProject({ name: 'web-streams', tasks: { task_a: '{ run() {} }' } });
  const stopped = new AbortController();
  const { app } = bareApi({ project, stopped: stopped.signal });
  const listeners = () => getEventListeners(stopped.signal, 'abort').length;
  const before = listeners();
  const open = async () => {
    const response = await app.request('/api/events', { headers: { host: 'localhost' } });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('retry: ');
    return reader;
  };
  const [first, second] = [await open(), await open()];
  expect(listeners()).toBe(before + 2);
  await first.cancel();
  await eventually('one stream less', () => listeners() === before + 1, 10_000);

  stopped.abort();
  await eventually('the end of the other', async () => (await second.read()).done, 10_000);
});
