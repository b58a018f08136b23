/** `daychain retries list`: what waits to try again, soonest first: tasks, and calls of retryables. */
import { Option, type Command } from 'commander';
import { type CallFilter, type CallView, listCalls } from '../../control/calls.js';
import { listRetries, type OpenRetry } from '../../control/retries.js';
import { durationText } from '../../plan/duration.js';
import { EXIT } from '../exit-codes.js';
import { readLimit } from '../limit.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { clipped, shortened, table } from '../table.js';
import { shownZone, whenText } from '../../control/when-text.js';
import { watch, type WatchedEvent } from '../watch.js';
import { callEvent, callLines } from './call-lines.js';

interface Options {
  watch?: boolean;
  limit?: string;
  name?: string;
  tag?: string;
  failed?: boolean;
}

/** What waits, or what was given up. */
interface Found {
  retries: OpenRetry[];
  calls: CallView[];
  leftOut: boolean;
}

/** Open runs looked at, one request each. */
const LIMIT = 200;
const MOST = 100_000;

export function configureList(retries: Command, act: Act): void {
  const command = retries
    .command('list', { isDefault: true })
    .summary('What waits to try again, soonest first')
    .description('The tasks, and the calls of retryables, that wait to try again, soonest first.')
    .option('--limit <count>', `look at no more than so many open runs, and so many calls (default: ${LIMIT})`);
  addFilter(command)
    .addOption(new Option('--failed', 'calls that were given up instead, latest first').conflicts('watch'))
    .option('--watch', 'look again and again, until Ctrl-C')
    .action(act(list));
}

/** Options that leave out what is not meant. */
export function addFilter(command: Command): Command {
  return command
    .option('--name <id>', 'only this task or retryable')
    .option('--tag <tag>', 'only tasks and retryables with this tag');
}

async function list({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const limit = readLimit(options.limit, MOST) ?? LIMIT;
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    const { name, timezone } = project.registry.project;
    const failed = options.failed === true;
    const read = async (): Promise<Found> => {
      const filter: CallFilter = options;
      const [{ retries, leftOut }, more] = await Promise.all([
        failed ? { retries: [], leftOut: false } : listRetries(session.server, limit, filter),
        listCalls(session.server, { ...filter, limit, failed }),
      ]);
      return { retries, calls: more.calls, leftOut: leftOut || more.leftOut };
    };
    const picture = (found: Found, now: number) => {
      const lines = [retryLines(found.retries, timezone, now, out.width), callLines(found.calls, timezone, now, out.width)];
      const [tasks, calls] = lines as [string[], string[]];
      if (tasks.length + calls.length === 0) return [failed ? 'No call was given up.' : 'Nothing waits to try again.'];
      return [`${name} · ${shownZone(timezone)}`, ...tasks, ...(tasks.length > 0 && calls.length > 0 ? [''] : []), ...calls];
    };
    if (options.watch) {
      const events = ({ retries, calls }: Found, now: number) => [
        ...retries.map((retry) => retryEvent(retry, timezone, now)),
        ...calls.map((call) => callEvent(call, timezone, now)),
      ];
      await watch(out, session.server, { read, picture, events, answer: (seen) => seen });
      return EXIT.done;
    }
    const found = await read();
    out.answer(found);
    for (const line of picture(found, Date.now())) out.say(line);
    if (found.leftOut) out.note(moreText(limit));
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function moreText(limit: number): string {
  const next = Math.min(limit * 10, MOST);
  return `There is more than the ${limit} that were looked at: daychain retries list --limit ${next}`;
}

function retryEvent(retry: OpenRetry, zone: string, now: number): WatchedEvent {
  const state = `${retry.runId} ${retry.attempt} ${retry.waitsFor}`;
  const error = retry.lastError === null ? '' : `: ${retry.lastError.split('\n')[0]!}`;
  return {
    key: retry.run,
    state,
    line: `${retry.run.replace(':', ' ')}, ${attemptText(retry)}, ${nextText(retry, zone, now)}${error}`,
  };
}

/** A table, and under each line its last error. `now` in epoch milliseconds. */
export function retryLines(retries: readonly OpenRetry[], zone: string, now: number, width: number): string[] {
  if (retries.length === 0) return [];
  const rows = retries.map((retry) => [shortened(retry.id, 44), retry.runKey, attemptText(retry), nextText(retry, zone, now)]);
  const [head, ...lines] = table([['TASK', 'DATE', 'ATTEMPT', 'NEXT TRY'], ...rows]);
  const errors = retries.map(({ lastError }) => (lastError === null ? [] : [clipped(`  ${lastError.split('\n')[0]!}`, width)]));
  return [head!, ...lines.flatMap((line, at) => [line, ...errors[at]!])];
}

function attemptText({ attempt, attempts }: OpenRetry): string {
  return attempt === null ? 'waits for its lock' : `${attempt} of ${attempts}`;
}

function nextText({ nextTryAt }: OpenRetry, zone: string, now: number): string {
  if (nextTryAt === null) return 'paused by hand: daychain retry';
  const left = Math.max(0, Date.parse(nextTryAt) - now);
  return `${whenText(nextTryAt, zone, now, true)}, in ${durationText(left)}`;
}
