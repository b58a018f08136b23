import { expect, test } from 'vitest';
import { createClientPool } from '../../src/activities/clients.js';
import type { ClientTools } from '../../src/define/types.js';
import { within } from '../support/engine.js';

const NEVER = new Promise<never>(() => {});

test('a pool ends though a client does not close and another never opens; it says which, and closes the others', async () => {
  const closed: string[] = [];
  const openers = {
    held: { open: () => Promise.resolve(1), close: () => NEVER },
    opening: () => NEVER,
    broken: { open: () => Promise.resolve(2), close: () => Promise.reject(new Error('no')) },
    well: { open: () => Promise.resolve(3), close: () => void closed.push('well') },
  };
  const { clients, close } = createClientPool(openers, {} as ClientTools);
  const open = clients as unknown as Record<keyof typeof openers, () => Promise<unknown>>;
  void open.opening();
  await Promise.all([open.held(), open.broken(), open.well()]);
  expect((await within(20_000, 'the end of the pool', close())).toSorted()).toEqual([
    'client broken did not close: no',
    'client held did not close: it still had not after 3.0 s',
    'client opening did not close: it still had not after 3.0 s',
  ]);
  expect(closed).toEqual(['well']);
});
