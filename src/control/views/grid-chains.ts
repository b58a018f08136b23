/** The chains a grid shows, each with what the files and the server say of its schedule. */
import { OUR_NOTE, type ExistingSchedule } from '../schedule-record.js';
import type { Registry } from '../../registry/index.js';
import { ruleOf, type Rules } from '../../registry/rules.js';
import { rulesOf } from '../../registry/slot-timing.js';
import { DAY } from '../../plan/limits.js';
import { nextSlots } from '../../time/slots.js';
import type { KeyedBy } from '../../time/schedule.js';
import type { SlotPolicy } from '../../plan/types.js';
import { chosenOf } from '../choose.js';
import { readPauseNote } from '../pause-note.js';
import type { GridSchedule } from './grid-types.js';
import type { BookedSchedules } from './schedule-book.js';

export interface GridSource {
  id: string;
  kind: 'chain' | 'task';
  summary: string | null;
  timezone: string;
  keyedBy: KeyedBy;
  rules: Rules;
  jitterMs: number;
  /** Epoch milliseconds: no slot was expected before. */
  since: number;
  /** Closed runs are kept so many days. */
  keptDays: number;
  deadline: string | null;
  brokenBecause: string | null;
  /** Without the missed slots, which the columns tell. */
  schedule: Omit<GridSchedule, 'missed' | 'missedCommand'>;
  /** Tasks of the chain by today's files, in order, with their summaries. */
  tasks: { id: string; summary: string | null }[];
}

/** Closed runs of chains that fire often are kept for so long. */
const KEPT_BY_SLOT_DAYS = 30;

/** @throws BadInput for a name that nothing has */
export function chainsOfGrid(
  registry: Registry,
  book: BookedSchedules,
  names: readonly string[] | undefined,
  now: number,
): GridSource[] {
  const scheduledTasks = registry.taskIds().filter((id) => registry.timingOf(id)?.schedule);
  const known = [
    ...registry.chainIds().map((id) => ({ id, kind: 'chain' as const, tags: registry.chain(id)!.tags })),
    ...scheduledTasks.map((id) => ({ id, kind: 'task' as const, tags: registry.task(id)?.tags ?? [] })),
  ];
  const chosen = chosenOf({ names: names ?? [], tags: [] }, known, 'chain or task with a schedule');
  return chosen.map(({ id, kind }) => sourceOf(registry, book, kind, id, now));
}

function sourceOf(registry: Registry, book: BookedSchedules, kind: 'chain' | 'task', id: string, now: number): GridSource {
  const chain = kind === 'chain' ? registry.chain(id) : undefined;
  const timing = chain ?? registry.timingOf(id);
  const entry = chain ?? registry.task(id);
  const existing = book.byId.get(id) ?? null;
  const owned = existing !== null && existing.project === registry.project.name ? existing : null;
  const rules = owned === null ? {} : rulesOf(owned.rules, timing);
  const compiled = ruleOf(rules);
  const keyedBy = compiled?.keyedBy ?? timing?.compiled?.keyedBy ?? 'date';
  const keptDays = keyedBy === 'slot' ? Math.min(KEPT_BY_SLOT_DAYS, book.retentionDays) : book.retentionDays;
  const created = owned === null || owned.note?.startsWith(OUR_NOTE) ? Infinity : owned.createdAt;
  return {
    id,
    kind,
    summary: entry?.summary ?? null,
    timezone: compiled?.timezone ?? timing?.timezone ?? registry.project.timezone,
    keyedBy,
    rules,
    jitterMs: compiled?.jitterMs ?? 0,
    since: Math.max(created, now - Math.max(0, keptDays - 1) * DAY),
    keptDays,
    deadline: deadlineOf(timing?.policy.deadline ?? null),
    brokenBecause: entry?.brokenBecause ?? null,
    schedule: scheduleOf(registry, id, timing?.compiled?.sentence ?? null, existing, rules, now),
    tasks: chain === undefined ? [] : tasksOf(registry, id),
  };
}

function scheduleOf(
  registry: Registry,
  id: string,
  wanted: string | null,
  existing: ExistingSchedule | null,
  rules: Rules,
  now: number,
): GridSource['schedule'] {
  const none = { note: null, pause: null, next: null };
  if (existing === null) {
    return {
      state: wanted === null ? 'by_hand' : 'missing',
      sentence: wanted,
      ...none,
      command: wanted && `daychain sync ${id}`,
    };
  }
  if (existing.project !== registry.project.name)
    return { state: 'foreign', sentence: wanted, ...none, command: 'daychain sync --dry-run' };
  const { paused, note } = existing;
  const compiled = ruleOf(rules);
  const [next] = compiled === null || paused ? [] : nextSlots(compiled, now, 1);
  return {
    state: paused ? 'paused' : 'active',
    sentence: existing.sentence ?? wanted,
    note,
    pause: paused ? readPauseNote(note) : null,
    next: next?.scheduledFor ?? null,
    command: paused ? `daychain resume ${id}` : null,
  };
}

function tasksOf(registry: Registry, chain: string): GridSource['tasks'] {
  const ids = [...(registry.chain(chain)?.placements.keys() ?? [])];
  return ids.map((id) => ({ id, summary: registry.task(id)?.summary ?? null }));
}

/** `07:30`, `02:00 +1d`. */
export function deadlineOf(deadline: SlotPolicy['deadline']): string | null {
  return deadline === null ? null : `${deadline.time}${deadline.days > 0 ? ` +${deadline.days}d` : ''}`;
}
