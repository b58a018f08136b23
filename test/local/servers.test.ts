import { createClient } from '@redis/client';
import { openConnection } from '../../src/connections/connection.js';
import { expect, test } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import {
  redisPort,
  startEmbeddedRedis,
  startOwnRedis,
  startOwnTemporal,
  temporalAddress,
  testServerPath,
} from '../support/servers.js';

test("the run's Temporal server has our search attributes and 400 days of retention", async () => {
  const connection = await openConnection({ address: temporalAddress() });
  try {
    const listed = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(listed.customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    const described = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(described.config?.workflowExecutionRetentionTtl?.seconds)).toBe(400 * 86_400);
  } finally {
    await connection.close();
  }
});

test("the run's Redis answers", async () => {
  const client = createClient({ socket: { host: '127.0.0.1', port: redisPort() } });
  client.on('error', () => {});
  await client.connect();
  try {
    expect(await client.ping()).toBe('PONG');
  } finally {
    client.destroy();
  }
});

test('own servers start beside those of the run', async () => {
  const temporal = await startOwnTemporal();
  const redis = await startOwnRedis();
  const embedded = await startEmbeddedRedis();
  expect(temporal.address).not.toBe(temporalAddress());
  expect(new Set([redis.port, embedded.port, redisPort()]).size).toBe(3);
  expect(embedded).toMatchObject({ kind: 'embedded', durable: false, databases: true, process: null });
});

test('the time-skipping test server is there', async () => {
  expect(await testServerPath()).toMatch(/temporal-test-server$/);
});
