/** What becomes of files that were changed while `up` runs, and how it is told. */
import { formatProblems, type Problem } from '../../registry/index.js';
import type { Output } from '../output.js';
import { padded, labelled, shortened, widthOf, wrapped } from '../table.js';
import { clockText } from '../../control/when-text.js';
import type { FileChange } from './project-files.js';
import type { EntryChange, FixedChange } from './project-digest.js';
import { SCREEN } from './screen.js';

interface Changed {
  changes: readonly FileChange[];
}

export type ReloadNews =
  | (Changed & { type: 'taken'; entries: readonly EntryChange[]; problems: readonly Problem[]; tookMs: number })
  /** Not taken up: what runs today would run no more. */
  | (Changed & { type: 'broken'; problems: readonly Problem[] })
  /** Not taken up: only a start of `up` can. */
  | (Changed & { type: 'fixed'; fixed: readonly FixedChange[] })
  | (Changed & { type: 'unreadable'; message: string })
  /** After an edit that was not taken up: the files are again as the worker has them. */
  | { type: 'undone' }
  | { type: 'synced'; steps: readonly { id: string; text: string; changed: boolean }[] }
  | { type: 'not_synced'; message: string }
  /** The worker before still runs something; and then no more. */
  | { type: 'draining'; pid: number | undefined }
  | { type: 'drained'; pid: number | undefined }
  | { type: 'watch_ended'; message: string };

/** Tells it, with the time of day in the project's zone, which stands at the top of the screen. `now`: epoch milliseconds. */
export function sayReload(out: Output, news: ReloadNews, zone: string, now: number): void {
  const say = (text: string) => {
    for (const line of text.split('\n').flatMap((part) => wrapped(part, out.width))) out.say(line);
  };
  const at = clockText(new Date(now).toISOString(), zone, true);
  switch (news.type) {
    case 'taken': {
      say(`\n${at}  Changed files are taken up, after ${(news.tookMs / 1_000).toFixed(1)} s:`);
      for (const line of takenLines(news)) out.say(shortened(line, out.width));
      if (news.problems.length === 0) return;
      say(formatProblems(news.problems).replace(/ Nothing was changed\.\n$/, ' Schedules stay as they are on the server.'));
      return;
    }
    case 'broken':
      say(`\n${at}  Changed files are not taken up; the worker goes on with them as they were:`);
      say(formatProblems(news.problems).replace(/ Nothing was changed\.\n$/, ' Mend and save: then they are taken up.'));
      return;
    case 'fixed':
      say(`\n${at}  Changed settings are not taken up; the worker goes on with the files as they were:`);
      for (const { name, before, after } of news.fixed) {
        for (const line of labelled(name, `was ${before}, is now ${after}`, { labelWidth: 14, width: out.width })) out.say(line);
      }
      say('Only a new start can: Ctrl-C, then daychain up.');
      return;
    case 'unreadable':
      say(`\n${at}  Changed files are not taken up; the worker goes on with them as they were: ${fileNames(news.changes)}`);
      say(news.message);
      return;
    case 'undone':
      say(`\n${at}  The files are as the worker has them again.`);
      return;
    case 'synced':
      saySynced(out, news.steps);
      return;
    case 'not_synced':
      say(`Schedules are not synced: ${news.message}\nOnce more: daychain sync`);
      return;
    case 'draining':
      say(`${at}  What was running goes on by the files before, in worker process ${news.pid}.`);
      return;
    case 'drained':
      say(`${at}  Worker process ${news.pid} is done with it, and gone.`);
      return;
    case 'watch_ended':
      say(`\n${at}  Changes of files are no longer seen (${news.message}). Ctrl-C, then daychain up.`);
  }
}

const MARKS = { added: '+', changed: '~', removed: '-' };
/** A line per chain or task; beyond this they are counted. */
const MOST_TOLD = 20;

function takenLines({ changes, entries }: Extract<ReloadNews, { type: 'taken' }>): string[] {
  const named = new Set(entries.map(({ entry }) => entry.file));
  const rows = [
    ...entries.map(({ entry, change }) => ({ mark: MARKS[change], name: entry.id, file: entry.file })),
    // Helpers and settings belong to no single task.
    ...changes.filter(({ file }) => !named.has(file)).map(({ file, change }) => ({ mark: MARKS[change], name: file, file: '' })),
  ];
  const width = Math.max(0, ...rows.map(({ name }) => widthOf(name)));
  const told = rows.slice(0, MOST_TOLD).map(({ mark, name, file }) => `  ${mark} ${padded(name, width)}   ${file}`.trimEnd());
  return rows.length > MOST_TOLD ? [...told, `  and ${rows.length - MOST_TOLD} more: daychain list`] : told;
}

function saySynced(out: Output, steps: Extract<ReloadNews, { type: 'synced' }>['steps']): void {
  const changed = steps.filter((step) => step.changed);
  const width = Math.max(0, ...changed.map(({ id }) => widthOf(id))) + 3;
  changed.forEach(({ id, text }, at) => {
    for (const line of labelled(at === 0 ? 'schedules' : '', `${padded(id, width)}${text}`, { ...SCREEN, width: out.width }))
      out.say(line);
  });
}

function fileNames(changes: readonly FileChange[]): string {
  const names = changes.map(({ file }) => file);
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
