/** `daychain retries list`: what waits to try again, soonest first. */
import type { Command } from 'commander';
import { listRetries, type OpenRetry } from '../../control/retries.js';
import { durationText } from '../../plan/duration.js';
import { BadInput } from '../../control/errors.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { clipped, shortened, table } from '../table.js';
import { whenText } from '../times.js';

interface Options {
  limit?: string;
}

export function configureList(retries: Command, act: Act): void {
  retries
    .command('list', { isDefault: true })
    .summary('What waits to try again, soonest first')
    .description('The tasks that wait to try again, soonest first.')
    .option('--limit <count>', 'look at no more than so many open runs (default: 200)')
    .action(act(list));
}

async function list({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const limit = readLimit(options.limit);
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    const { retries, leftOut } = await listRetries(session.server, limit);
    out.answer({ retries, leftOut });
    const { name, timezone } = project.registry.project;
    if (retries.length === 0) out.say('Nothing waits to try again.');
    else out.say(`${name} · ${timezone}`);
    for (const line of retryLines(retries, timezone, Date.now(), out.width)) out.say(line);
    if (leftOut) out.note(`There are more open runs than were looked at. All of them: --limit 2000`);
    return EXIT.done;
  } finally {
    await session.close();
  }
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

function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new BadInput(`--limit ${text}: expected a whole number from 1 to 99999`);
}
