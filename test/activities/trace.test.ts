/** What an attempt knows of those before it: by the last heartbeat if there was one, else by what the activity was given. */
import { expect, test } from 'vitest';
import { Trace } from '../../src/activities/trace.js';
import type { AttemptInput, AttemptTrace } from '../../src/plan/types.js';

const items = { pages: { over: false, errors: { texts: [], more: 0 } } } as unknown as NonNullable<AttemptTrace['items']>;
const given = { checkpoint: { page: 4 }, items, attemptErrors: [] } as unknown as AttemptInput;

test('without a heartbeat it goes on with what an earlier activity handed back', () => {
  const trace = new Trace(given, undefined, () => {});
  expect(trace.value).toEqual({ page: 4 });
  expect(trace.openItems('pages')).toEqual(items['pages']);
});

test('a checkpoint that was cleared, and items that began anew, do not come back after a hand-back', () => {
  const beats: AttemptTrace[] = [];
  const before = new Trace({ ...given, items: {} }, undefined, (beat) => beats.push(beat));
  before.save(null);
  const trace = new Trace(given, beats.at(-1), () => {});
  expect(trace.value).toBeNull();
  expect(trace.openItems('pages')).toBeNull();
});
