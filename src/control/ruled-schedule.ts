/** A schedule as the server has it, for looking at its slots: its rules, since when it is there, whether it is paused. */
import { DEFAULT_KEEP_MS } from '../plan/limits.js';
import type { Keep } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { rulesOf } from '../registry/slot-timing.js';
import { ruleOf } from '../registry/rules.js';
import type { KeyedBy } from '../time/schedule.js';
import { describeNamespace } from './namespace.js';
import { readSchedule } from './schedule-record.js';
import type { Server } from './server.js';
import type { RuledSchedule } from './slot-records.js';

export interface LiveSchedule extends RuledSchedule {
  timezone: string;
  /** Epoch milliseconds. */
  created: number;
  paused: boolean;
  /** Why it is paused, or what a person noted. */
  note: string | null;
  keep: Keep | undefined;
}

const DAY_MS = 86_400_000;

/** Null where the server has no schedule of this id, or one that this version cannot read. */
export async function readLiveSchedule(server: Server, registry: Registry, id: string): Promise<LiveSchedule | null> {
  const found = await readSchedule(server.client, id);
  if (found === null || found.project !== registry.project.name) return null;
  const rules = rulesOf(found.rules, registry.chain(id) ?? registry.timingOf(id));
  const compiled = ruleOf(rules);
  if (compiled === null) return null;
  const { keyedBy, timezone } = compiled;
  return { id, rules, keyedBy, timezone, created: found.createdAt, paused: found.paused, note: found.note, keep: found.keep };
}

/**
 * How far back it is known what ran: closed runs are kept so long, less a day. Of a schedule keyed by slot, as long as it
 * keeps them, 30 days where nothing is said. Epoch milliseconds.
 */
export async function horizonOf(
  server: Server,
  keyedBy: KeyedBy,
  now: number,
  keep: Keep = { ms: DEFAULT_KEEP_MS },
): Promise<number> {
  const { retentionDays } = await describeNamespace(server.client, server.namespace);
  const retained = retentionDays * DAY_MS;
  const keptMs = keyedBy === 'slot' ? Math.min(keep.ms, retained) : retained;
  const horizon = now - Math.max(0, keptMs - DAY_MS);
  return keyedBy === 'slot' && keep.from !== undefined ? Math.max(horizon, Date.parse(keep.from) + DAY_MS) : horizon;
}
