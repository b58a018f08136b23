/** `daychain retries list`: what waits to try again, soonest first. */
import type { Command } from 'commander';
import { listRetries, type OpenRetries, type OpenRetry } from '../../control/retries.js';
import { durationText } from '../../plan/duration.js';
import { EXIT } from '../exit-codes.js';
import { readLimit } from '../limit.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { clipped, shortened, table } from '../table.js';
import { shownZone, whenText } from '../../control/when-text.js';
import { watch, type WatchedEvent } from '../watch.js';

interface Options {
  watch?: boolean;
  limit?: string;
}

/** Open runs looked at, one request each. */
const LIMIT = 200;
const MOST = 100_000;

export function configureList(retries: Command, act: Act): void {
  retries
    .command('list', { isDefault: true })
    .summary('What waits to try again, soonest first')
    .description('The tasks that wait to try again, soonest first.')
    .option('--limit <count>', `look at no more than so many open runs (default: ${LIMIT})`)
    .option('--watch', 'look again and again, until Ctrl-C')
    .action(act(list));
}

async function list({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const limit = readLimit(options.limit, MOST) ?? LIMIT;
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    const { name, timezone } = project.registry.project;
    const read = () => listRetries(session.server, limit);
    const picture = ({ retries }: OpenRetries, now: number) =>
      retries.length === 0
        ? ['Nothing waits to try again.']
        : [`${name} · ${shownZone(timezone)}`, ...retryLines(retries, timezone, now, out.width)];
    if (options.watch) {
      const events = ({ retries }: OpenRetries, now: number) => retries.map((retry) => retryEvent(retry, timezone, now));
      await watch(out, session.server, { read, picture, events, answer: (seen) => seen });
      return EXIT.done;
    }
    const found = await read();
    const { leftOut } = found;
    out.answer(found);
    for (const line of picture(found, Date.now())) out.say(line);
    if (leftOut) out.note(moreText(limit));
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function moreText(limit: number): string {
  const next = Math.min(limit * 10, MOST);
  return `There are more open runs than the ${limit} that were looked at: daychain retries list --limit ${next}`;
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
