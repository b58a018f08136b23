/** `daychain next`: what is due next, and what stands in its way. */
import type { Command } from 'commander';
import { chooses, chosenOf } from '../../control/choose.js';
import { connectionProblem } from '../../control/connection-problem.js';
import { readOneShotOutlook, readOutlook, type ScheduleOutlook } from '../../control/next.js';
import { BadInput } from '../../control/errors.js';
import type { Server } from '../../control/server.js';
import { TemporalUnreachable } from '../../connections/temporal.js';
import type { Slot } from '../../time/slots.js';
import { localInstantText } from '../../time/zones.js';
import { EXIT } from '../exit-codes.js';
import { missingText } from '../missing-text.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { lowered, pausedText } from '../schedule-text.js';
import { openProject, openServer, ServerNotKnown, type Project } from '../session.js';
import { clipped, table, wrapped } from '../table.js';
import { shownZone, whenText } from '../../control/when-text.js';
import { watch, type Watched, type WatchedEvent } from '../watch.js';

interface Options {
  count: string;
  watch?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chains...]', 'only these chains and scheduled tasks; "*" stands for any letters')
    .option('--count <n>', 'how many slots of each', '5')
    .option('--watch', 'look again and again, until Ctrl-C')
    .addHelpText(
      'after',
      `
Says too what is paused, what fell due and has no run, and which lists of times run short.
Without a server it goes by the files alone, and says so.

Examples:
  daychain next
  daychain next daily-chain --count 20
  daychain next --watch`,
    )
    .action(act(next));
}

const MOST = 1_000;

async function next({ out, project: named }: Invocation, [names]: [string[]], options: Options): Promise<number> {
  const count = /^\d+$/.test(options.count) ? Number(options.count) : 0;
  if (count < 1 || count > MOST) throw new BadInput(`--count ${options.count}: expected a whole number from 1 to ${MOST}`);
  const project = await openProject(named);
  const { registry } = project;
  const chosen = chosenOf({ names, tags: [] }, registry.schedules(), 'schedule');
  const read = async (server: Server | null) => {
    const now = Date.now();
    const schedules = await readOutlook(server, registry.project.name, chosen, count, now);
    if (server === null) return schedules;
    const asked = (target: string) => chooses({ names, tags: [] }, { id: target, tags: [] });
    return [...schedules, ...(await readOneShotOutlook(server, asked, project.zoneOf, now))];
  };
  const picture = (outlook: readonly ScheduleOutlook[], now: number) => {
    const lines = slotLines(outlook, registry.project.timezone, now, out.width);
    return [...(lines.length > 0 ? lines : [nothingText(outlook)]), ...conditionLines(outlook, now)];
  };
  if (options.watch) return await watchNext(out, project, { read, picture, events: nextEvents, answer: answerOf });
  const outlook = await withServer(out, project, read);
  for (const line of picture(outlook, Date.now())) out.say(line);
  if (outlook.some(({ slots }) => slots.length === count && count < MOST)) out.note(moreText(names, count));
  out.answer(answerOf(outlook));
  return EXIT.done;
}

/** Watching is for what changes: without a server nothing does. */
async function watchNext(
  out: Output,
  project: Project,
  { read, ...watched }: Omit<Watched<ScheduleOutlook[]>, 'read'> & { read(server: Server): Promise<ScheduleOutlook[]> },
): Promise<number> {
  const session = await openServer(project);
  try {
    await watch(out, session.server, { ...watched, read: () => read(session.server) });
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** Of each schedule what is due next, and what stands in its way. */
export function nextEvents(outlook: readonly ScheduleOutlook[], now: number): WatchedEvent[] {
  return outlook.map((one) => {
    const { id, state, slots, missed, timezone, sentence } = one;
    const [first] = slots;
    const due = first === undefined ? 'nothing is due' : `due ${whenText(first.scheduledFor, timezone, now)}, ${first.runKey}`;
    const troubles = [...stateLines(one, now), ...missingText(id, missed, timezone, now)];
    // A one-shot goes by its target's id: its sentence names it.
    return {
      key: `${id} ${sentence}`,
      state: `${state} ${first?.runKey} ${missed.length}`,
      line: `${id}: ${[due, ...troubles].join('; ')}`,
    };
  });
}

function answerOf(outlook: readonly ScheduleOutlook[]): object {
  return { slots: merged(outlook).map(slotJson), schedules: outlook.map(outlookJson) };
}

async function withServer(
  out: Output,
  project: Project,
  read: (server: Parameters<typeof readOutlook>[0]) => Promise<ScheduleOutlook[]>,
): Promise<ScheduleOutlook[]> {
  try {
    const session = await openServer(project);
    try {
      return await read(session.server);
    } finally {
      await session.close();
    }
  } catch (error) {
    const away = error instanceof ServerNotKnown || error instanceof TemporalUnreachable || connectionProblem(error) !== null;
    if (!away) throw error;
    out.note(`By the files alone: ${(error as Error).message.split('\n')[0]}`);
    return await read(null);
  }
}

interface Coming {
  slot: Slot;
  of: ScheduleOutlook;
}

/** Slots of all schedules, soonest first. */
function merged(outlook: readonly ScheduleOutlook[]): Coming[] {
  const all = outlook.flatMap((of) => of.slots.map((slot) => ({ slot, of })));
  return all.sort((a, b) => (a.slot.scheduledFor < b.slot.scheduledFor ? -1 : 1));
}

/** The screen, line by line. `now` in epoch milliseconds. */
export function slotLines(outlook: readonly ScheduleOutlook[], zone: string, now: number, width: number): string[] {
  const coming = merged(outlook);
  if (coming.length === 0) return [];
  const zones = new Set(coming.map(({ of }) => shownZone(of.timezone)));
  const only = zones.size === 1 ? [...zones][0]! : null;
  const rows = coming.map(({ slot, of }) => [
    `${whenText(slot.scheduledFor, of.timezone, now)}${only === null && shownZone(of.timezone) !== shownZone(zone) ? ` ${of.timezone}` : ''}`,
    of.id,
    slot.runKey,
    of.sentence,
  ]);
  return table([[`DUE (${only ?? shownZone(zone)})`, 'WHAT', 'RUN KEY', 'RULE'], ...rows]).map((line) => clipped(line, width));
}

function nothingText(outlook: readonly ScheduleOutlook[]): string {
  return outlook.length === 0
    ? "Nothing has a schedule. One is a line in a chain: schedule: { daily: '06:00' }"
    : 'Nothing is due.';
}

/** Schedules have no end, so nobody can say how many more there are. */
function moreText(names: readonly string[], count: number): string {
  const what = names.map((name) => ` ${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`).join('');
  return `The next ${count === 1 ? 'one' : count} of each; more: daychain next${what} --count ${Math.min(MOST, count * 4)}`;
}

/** What stands in the way of each, in words. */
function conditionLines(outlook: readonly ScheduleOutlook[], now: number): string[] {
  return outlook.flatMap((one) => {
    const { id, timezone } = one;
    const lines = [...stateLines(one, now), ...missingText(id, one.missed, timezone, now)];
    if (one.runsOutAt !== null) {
      lines.push(`the server knows its times until ${whenText(one.runsOutAt, timezone, now)} only. Renew: daychain sync ${id}`);
    }
    return lines.length === 0 ? [] : ['', ...wrapped(`${id}: ${lines.join('\n  ')}`, 100)];
  });
}

function stateLines({ id, state, note, timezone, slots }: ScheduleOutlook, now: number): string[] {
  switch (state) {
    case 'paused':
      return [lowered(pausedText(note, timezone, now)), `End it: daychain resume ${id}`];
    case 'missing':
      return ['its schedule is not on the server yet, so nothing starts it: daychain sync'];
    case 'foreign':
      return ['a schedule of this id belongs to somebody else, so nothing of this project starts it: daychain sync --dry-run'];
    default:
      return slots.length === 0 ? ['no slot is left.'] : [];
  }
}

function slotJson({ slot, of }: Coming) {
  return {
    nominal: slot.scheduledFor,
    local: localInstantText(Date.parse(slot.scheduledFor), of.timezone),
    date: slot.date,
    run_key: slot.runKey,
    id: of.id,
  };
}

function outlookJson({ id, sentence, timezone, state, note, missed, runsOutAt }: ScheduleOutlook) {
  const missing = missed.map((slot) => ({ nominal: slot.scheduledFor, date: slot.date, run_key: slot.runKey }));
  return { id, sentence, timezone, state, note, missing, runs_out_at: runsOutAt };
}
