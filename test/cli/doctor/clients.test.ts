import { expect, test, vi } from 'vitest';
import { checkClients } from '../../../src/cli/doctor/clients.js';
import type { ClientOpener } from '../../../src/define/types.js';
import type { Registry } from '../../../src/registry/index.js';

const lines = async (clients: Record<string, ClientOpener<never>>) => {
  const registry = { project: { clients }, settingValues: () => ({ URL: 'x' }) } as unknown as Registry;
  return (await checkClients({ registry, redis: () => Promise.reject(new Error('no Redis here')) }, 200)).map(
    ({ name, state, text }) => `${name} ${state}: ${text}`,
  );
};

test('opens clients with the settings, asks them, and closes them', async () => {
  const close = vi.fn();
  const told = await lines({
    sql: { open: ({ settings }) => settings as never, check: (client: { URL: string }) => `reaches ${client.URL}`, close },
    quiet: { open: () => 1 as never, check: () => {} },
    plain: () => 1 as never,
  });
  expect(told).toEqual(['client sql ok: reaches x', 'client quiet ok: answers', 'client plain skipped: has no check']);
  expect(close).toHaveBeenCalledWith({ URL: 'x' });
});

test('tells what does not open, does not work, and does not answer', async () => {
  const hang = () => new Promise<never>(() => {});
  const told = await lines({
    a: { open: () => Promise.reject(new Error('no such host\nmore')), check: () => {} },
    b: { open: () => 1 as never, check: () => Promise.reject(new Error('no such table')) },
    c: { open: hang, check: () => {} },
  });
  expect(told).toEqual([
    'client a fails: no such host',
    'client b fails: no such table',
    'client c fails: does not answer within 0.2 s',
  ]);
});

test('says nothing where there are none', async () => {
  expect(await lines({})).toEqual([]);
});
