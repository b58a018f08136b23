/** What a notice says, gathered from what the server knows. */
import { createHash } from 'node:crypto';
import { canonicalId } from '../plan/ids.js';
import { failureTitle, lateTitle, recoveryTitle } from '../plan/notice-text.js';
import type { Judgement, NoticeFacts, NoticeSubject } from '../plan/notices.js';
import type { Registry } from '../registry/index.js';
import { epochMs } from '../time/zones.js';

export interface FactParts {
  registry: Registry;
  /** Address of the page; null where nobody told. */
  pageUrl: string | null;
}

/** `closedAt`: ISO instant. `how`: `failed`, `was terminated`. */
export function factsOfEnd(
  parts: FactParts,
  subject: NoticeSubject,
  { tell, failures, inARow }: NonNullable<Judgement>,
  ended: { failed: NoticeFacts['failed']; how: string; closedAt: string },
): NoticeFacts {
  const { id, runKey, date } = subject;
  const run = canonicalId(id, runKey);
  const [task] = ended.failed;
  const since = tell === 'failure' && failures[0] ? momentText(failures[0].closedAt, zoneOf(parts.registry, id)) : null;
  return {
    ...common(parts, subject),
    event: tell,
    run,
    title: tell === 'failure' ? failureTitle(id, runKey, ended.failed, inARow, ended.how) : recoveryTitle(id, runKey, inARow),
    detail:
      tell === 'failure'
        ? null
        : stillFailed(
            runKey,
            failures.map((one) => one.runKey),
          ),
    failed: tell === 'failure' ? ended.failed : [],
    since,
    in_a_row: inARow,
    command: tell === 'failure' && task && runKey === date ? `daychain why ${task.task} ${date}` : `daychain show ${run}`,
    page: pageOf(parts, run),
    at: ended.closedAt,
  };
}

/** `detail`: what it waits for, in words. */
export function factsOfLate(parts: FactParts, subject: NoticeSubject, detail: string, run: boolean, now: number): NoticeFacts {
  const { id, runKey, lateAt, scheduledFor } = subject;
  const zone = zoneOf(parts.registry, id);
  const workflowId = canonicalId(id, runKey);
  return {
    ...common(parts, subject),
    event: 'late',
    run: run ? workflowId : null,
    title:
      lateAt === undefined
        ? `${id} ${runKey} has not begun`
        : lateTitle(id, runKey, momentText(lateAt, zone, runKey.slice(0, 8))),
    detail,
    since: momentText(lateAt ?? scheduledFor, zone),
    command: run ? `daychain show ${workflowId}` : `daychain history ${id}`,
    page: run ? pageOf(parts, workflowId) : null,
    at: new Date(now).toISOString(),
  };
}

/** A run that was told as late has succeeded. */
export function factsOfLateDone(parts: FactParts, subject: NoticeSubject, closedAt: string): NoticeFacts {
  const run = canonicalId(subject.id, subject.runKey);
  return {
    ...common(parts, subject),
    event: 'recovery',
    run,
    title: `${subject.id} ${subject.runKey} is done, late: ${momentText(closedAt, zoneOf(parts.registry, subject.id))}`,
    detail: null,
    command: `daychain show ${run}`,
    page: pageOf(parts, run),
    at: closedAt,
  };
}

function common({ registry }: FactParts, { id, kind, date, runKey }: NoticeSubject) {
  return { project: registry.project.name, id, kind, date, run_key: runKey, failed: [], since: null, in_a_row: 0 };
}

export function zoneOf(registry: Registry, id: string): string {
  return registry.chain(id)?.timezone ?? registry.timingOf(id)?.timezone ?? registry.project.timezone;
}

/** `2026-02-03 07:15 Europe/Paris`; without the date where it is `besides` (YYYYMMDD). */
export function momentText(instant: string, timezone: string, besides?: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).format(epochMs(instant));
  const shown = besides !== undefined && text.slice(0, 10).replaceAll('-', '') === besides ? text.slice(11) : text;
  return `${shown} ${timezone}`;
}

/** Names one try after another alike, and says nothing of what it names. */
export function deliveryKey(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

function pageOf({ pageUrl }: FactParts, run: string): string | null {
  return pageUrl === null ? null : `${pageUrl.replace(/\/+$/, '')}/runs/${encodeURIComponent(run).replaceAll('%3A', ':')}`;
}

function stillFailed(runKey: string, failed: readonly string[]): string | null {
  const others = [...new Set(failed)].filter((key) => key !== runKey);
  if (others.length === 0) return null;
  const named = others.slice(-5).join(', ');
  return `Failed before: ${others.length > 5 ? '… ' : ''}${named}`;
}
