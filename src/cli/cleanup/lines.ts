/** What a clean-up has removed, by kind. */
import type { CleanUpReport } from '../../control/clean-up.js';
import type { DailyCleanUp } from '../../control/daily-clean-up.js';
import type { CleanedRuns } from '../../plan/types.js';
import { labelled } from '../table.js';
import { whenText } from '../../control/when-text.js';

interface Context {
  project: string;
  zone: string;
  /** Epoch milliseconds. */
  now: number;
  width: number;
}

const LABEL_WIDTH = 14;

export function reportLines(report: CleanUpReport, { project, zone, now, width }: Context): string[] {
  const field = (label: string, text: string) => labelled(label, text, { labelWidth: LABEL_WIDTH, width });
  const did = report.dryRun ? 'would be removed' : 'removed';
  return [
    `Clean-up of ${project}${report.dryRun ? ', dry run: nothing was removed' : ''}`,
    ...field('files', filesText(report, did)),
    ...report.files.problems.flatMap((problem) => field('', problem)),
    ...field('redis', redisText(report, did)),
    ...runTexts(report.runs, did).flatMap((text, at) => field(at === 0 ? 'closed runs' : '', text)),
    ...field('schedules', schedulesText(report)),
    ...field('daily', dailyText(report.daily, zone, now)),
  ];
}

function filesText({ files, olderThanDays }: CleanUpReport, did: string): string {
  if (files.removed.length === 0) return `none older than ${olderThanDays} days`;
  return `${files.removed.length} older than ${olderThanDays} days ${did}, ${sizeText(files.bytes)}`;
}

function redisText({ redis, redisProblem }: CleanUpReport, did: string): string {
  if (redis === null) return `not looked at: ${redisProblem}`;
  const counts = [count(redis.locks.length, 'lock'), count(redis.fences.length, 'fence')].filter((text) => text !== null);
  const said = [counts.length === 0 ? 'nothing left over' : `${counts.join(', ')} left over without an end ${did}`];
  if (redis.left.length > 0) said.push(`${count(redis.left.length, 'lock')} without an end may be held: daychain locks`);
  if (redis.successKeys > 0) said.push(`${count(redis.successKeys, 'success key')} without an end: daychain keys`);
  return said.join('; ');
}

function runTexts(runs: readonly CleanedRuns[], did: string): string[] {
  if (runs.length === 0) return ['none older than they are kept'];
  return runs.map(({ id, keepDays, runs: ended, shells, more, refused }) => {
    if (refused !== null) return `${id}: the server does not delete them (${refused}); its retention will`;
    const rest = more ? '; there are more: daychain cleanup once more, or a worker tomorrow' : '';
    return `${id}: ${ended} runs, ${shells} shells older than ${keepDays} days ${did}${rest}`;
  });
}

function schedulesText({ schedules: { gone, removed, unknown }, dryRun }: CleanUpReport): string {
  if (unknown) return 'not looked at: files have problems, see daychain check';
  if (removed.length > 0) return `${removed.join(', ')} removed`;
  if (gone.length === 0) return 'none whose file is gone';
  return `${gone.join(', ')}: paused, the file is gone. Remove: daychain cleanup --schedules${dryRun ? ' (without --dry-run)' : ''}`;
}

function dailyText(daily: DailyCleanUp | null, zone: string, now: number): string {
  if (daily === null) return 'no worker has cleaned up yet';
  const when = whenText(daily.started, zone, now);
  if (daily.runs === null) return `${when}, ${daily.closed === null ? 'under way' : `failed: daychain show ${daily.workflowId}`}`;
  const told = daily.runs.map(({ id, runs, shells }) => `${id} ${runs} runs, ${shells} shells`);
  return `${when}, ${told.length === 0 ? 'nothing to delete' : told.join('; ')}`;
}

function count(number: number, word: string): string | null {
  return number === 0 ? null : `${number} ${word}${number === 1 ? '' : 's'}`;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
