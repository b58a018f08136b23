import { describe, expect, test } from 'vitest';
import { addressOf, readAddress, type Route, runParts, wayBack } from '../../../src/web/page/route.js';

describe('addresses of the page', () => {
  test.each<[string, Route]>([
    ['/', { view: 'grid', chain: null }],
    ['/chains/daily-chain', { view: 'grid', chain: 'daily-chain' }],
    ['/runs/daily-chain:20261118', { view: 'run', run: 'daily-chain:20261118', task: null, tab: 'graph' }],
    ['/runs/daily-chain:20261118?task=task_a&tab=log', { view: 'run', run: 'daily-chain:20261118', task: 'task_a', tab: 'log' }],
    ['/runs/task_a:20260203T051500Z', { view: 'run', run: 'task_a:20260203T051500Z', task: null, tab: 'graph' }],
    ['/next', { view: 'next', range: 'day' }],
    ['/next?range=week', { view: 'next', range: 'week' }],
    ['/backfills', { view: 'backfills' }],
    ['/backfills/backfill:daily-chain:a1', { view: 'backfill', id: 'backfill:daily-chain:a1' }],
    ['/help', { view: 'help' }],
    ['/help/me', { view: 'nowhere', path: '/help/me' }],
  ])('%s and what it shows belong together', (address, route) => {
    expect(readAddress(address)).toEqual(route);
    expect(addressOf(route)).toBe(address);
  });

  test('an id of any characters comes back as it was', () => {
    for (const run of ['a b:c', 'ü/ö?#&=', '%41', '<script>', '../..', "'; --"]) {
      expect(readAddress(addressOf({ view: 'run', run, task: run, tab: 'timeline' }))).toEqual({
        ...{ view: 'run', run, task: run, tab: 'timeline' },
      });
    }
  });

  test('what cannot be read shows nothing in place of failing', () => {
    expect(readAddress('/runs/%E0%A4%A')).toMatchObject({ view: 'run', run: '%E0%A4%A' });
    expect(readAddress('/runs/a:1?tab=nonsense')).toMatchObject({ tab: 'graph' });
    expect(readAddress('/next?range=year')).toEqual({ view: 'next', range: 'day' });
    expect(readAddress('/a/b/c/d')).toEqual({ view: 'nowhere', path: '/a/b/c/d' });
  });

  test('Escape leads out step by step', () => {
    const task: Route = { view: 'run', run: 'c:20261118', task: 't', tab: 'log' };
    const date = wayBack(task);
    expect(date).toEqual({ ...task, task: null });
    expect(wayBack(date!)).toEqual({ view: 'grid', chain: null });
    expect(wayBack({ view: 'grid', chain: null })).toBeNull();
    expect(wayBack({ view: 'backfill', id: 'b' })).toEqual({ view: 'backfills' });
  });

  test('a run has an id and a key', () => {
    expect(runParts('daily-chain:20261118')).toEqual({ id: 'daily-chain', runKey: '20261118' });
    expect(runParts('at:x:y')).toEqual({ id: 'at', runKey: 'x:y' });
    expect(runParts('alone')).toEqual({ id: 'alone', runKey: '' });
  });
});
