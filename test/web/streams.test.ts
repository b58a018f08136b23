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
  await eventually('one stream less', () => listeners() === before + 1);

  stopped.abort();
  await eventually('the end of the other', async () => (await second.read()).done);
});

it('tell whoever returns after nobody listened to look at everything again, and nobody else', async () => {
  const project = await bareProject({ name: 'web-streams', tasks: { task_a: '{ run() {} }' } });
  const stopped = new AbortController();
  const { app } = bareApi({ project, stopped: stopped.signal });
  const listeners = () => getEventListeners(stopped.signal, 'abort').length;
  const before = listeners();
  const open = async (last?: string) => {
    const headers = { host: 'localhost', ...(last === undefined ? {} : { 'last-event-id': last }) };
    const reader = (await app.request('/api/events', { headers })).body!.getReader();
    let text = '';
    const until = async (part: RegExp): Promise<RegExpExecArray> =>
      await eventually(`${part}`, async () => {
        text += new TextDecoder().decode((await reader.read()).value);
        return part.exec(text);
      });
    const leave = async () => {
      const open = listeners();
      await reader.cancel();
      await eventually('one stream less', () => listeners() === open - 1);
    };
    return { until, leave, text: () => text };
  };
  const first = await open();
  const id = (await first.until(/event: server\ndata: .*\nid: (\S+)\n/))[1]!;
  const second = await open();
  await first.leave();
  const back = await open(id);
  await back.until(/retry: /);
  await back.leave();
  expect(back.text()).not.toContain('event: reset');

  await second.leave();
  expect(listeners()).toBe(before);
  const returned = await open(id);
  await returned.until(/event: reset\n/);
  await returned.leave();
});
