/** What is next: the coming slots of all chains on one time line. */
import { canonicalId, oneShotKey } from '../../plan/ids.js';
import { HOUR } from '../../plan/limits.js';
import type { OneShotMemo } from '../../plan/types.js';
import type { Registry } from '../../registry/index.js';
import { ruleOf } from '../../registry/rules.js';
import { BadInput } from '../errors.js';
import { listOneShots, type OneShotView } from '../one-shot-view.js';
import type { Server } from '../server.js';
import { listBackfillPage } from './backfills.js';
import { chainsOfGrid, type GridSource } from './grid-chains.js';
import { clockChangesOf } from './next-clock.js';
import { slotsOfLine } from './next-slots.js';
import type { NextBackfill, NextLine, NextOneShot, NextView, NextWish } from './next-types.js';
import { bookSchedules } from './schedule-book.js';
import { readUsual } from './usual.js';

export const MOST_HOURS = 168;
const DEFAULT_HOURS = 24;
const MOST_ONE_SHOTS = 200;
const MOST_BACKFILLS = 50;

/**
 * Reads what is next. Takes four requests to Temporal, and one for every open one-shot and backfill.
 * @param now epoch milliseconds
 * @throws BadInput for an unknown chain or a number of hours that cannot be
 */
export async function readNext(server: Server, registry: Registry, wish: NextWish, now: number): Promise<NextView> {
  const { hours = DEFAULT_HOURS, chains } = wish;
  if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS)
    throw new BadInput(`hours is ${hours}; it is a whole number from 1 to ${MOST_HOURS}.`);
  const to = now + hours * HOUR;
  const [book, usual, oneShots, backfills] = await Promise.all([
    bookSchedules(server, registry, now),
    readUsual(server),
    listOneShots(server, now),
    listBackfillPage(server, { open: true }, MOST_BACKFILLS, null),
  ]);
  const all = chainsOfGrid(registry, book, chains, now);
  const scheduled = all.filter(({ schedule }) => schedule.state !== 'by_hand');
  const wanted = new Set(all.map(({ id }) => id));
  const shots = oneShots.filter(
    ({ target, at, open }) => open && Date.parse(at) <= to && (chains === undefined || chains.length === 0 || wanted.has(target)),
  );
  const zoneOf = (id: string) => registry.chain(id)?.timezone ?? registry.timingOf(id)?.timezone ?? registry.project.timezone;
  return {
    project: registry.project.name,
    timezone: registry.project.timezone,
    from: new Date(now).toISOString(),
    to: new Date(to).toISOString(),
    lines: scheduled
      .map((source) => lineOf(source, registry, usual.get(source.id) ?? null, now, to))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    oneShots: shots.slice(0, MOST_ONE_SHOTS).map((shot) => oneShotOf(shot, zoneOf(shot.target), usual.get(shot.target) ?? null)),
    oneShotsInAll: shots.length,
    clockChanges: clockChangesOf(
      [...new Set([...scheduled.map(({ timezone }) => timezone), ...shots.map(({ target }) => zoneOf(target))])],
      now,
      to,
    ),
    backfills: backfills.backfills.map((view): NextBackfill => ({
      workflowId: view.workflowId,
      id: view.request?.id ?? view.workflowId,
      total: view.total,
      left: view.progress?.left ?? null,
      held: (view.progress?.held ?? null) !== null,
      endsAbout: endsAbout(view.progress?.timeLeft ?? null, now),
    })),
  };
}

function endsAbout(timeLeft: number | null, now: number): string | null {
  return timeLeft === null ? null : new Date(now + timeLeft).toISOString();
}

function lineOf(source: GridSource, registry: Registry, usualMs: number | null, now: number, to: number): NextLine {
  const { id, kind, summary, timezone, schedule, deadline } = source;
  const { state, pause, note } = schedule;
  const compiled = ruleOf(source.rules) ?? (registry.chain(id) ?? registry.timingOf(id))?.compiled ?? null;
  const starts = (at: number) => state === 'active' || (state === 'paused' && at >= Date.parse(pause?.until ?? '9999-12-31'));
  return {
    id,
    kind,
    summary,
    timezone,
    sentence: schedule.sentence ?? '',
    state: state === 'by_hand' ? 'unknown' : state,
    pause,
    note,
    usualMs,
    deadline,
    ...slotsOfLine(compiled, now, to, starts),
  };
}

function oneShotOf(
  { id, kind, target, at, state, by, reason }: OneShotView & OneShotMemo,
  timezone: string,
  usualMs: number | null,
): NextOneShot {
  const run = canonicalId(target, oneShotKey(id));
  return { id, kind, target, timezone, at, state: state === 'ended' ? 'running' : state, run, by, reason, usualMs };
}
