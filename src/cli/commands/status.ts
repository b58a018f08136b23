/** `daychain status`: how the chains are doing, and what wants a look. */
import type { Command } from 'commander';
import type { RunSummary } from '../../control/run-summary.js';
import { itemsText, tenthOf } from '../../control/items.js';
import { type ChainStatus, readStatus, type StatusView } from '../../control/status.js';
import { durationText } from '../../plan/duration.js';
import { EXIT } from '../exit-codes.js';
import { readLimit } from '../limit.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { lowered, pausedText } from '../schedule-text.js';
import { shownState } from '../states.js';
import { clipped, padded, shortened, table, widthOf } from '../table.js';
import { shownZone, whenText } from '../../control/when-text.js';
import { watch, type WatchedEvent } from '../watch.js';

/** How many things are named; the rest are counted. */
const MOST_TOLD = 8;

interface Options {
  limit?: string;
  watch?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .option('--limit <n>', `how many things that want a look are named (default: ${MOST_TOLD})`)
    .option('--watch', 'look again and again, until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  daychain status\n  daychain status --watch')
    .action(act(status));
}

async function status({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const limit = readLimit(options.limit, 10_000) ?? MOST_TOLD;
  const project = await openProject(named);
  const session = await openServer(project);
  try {
    const answer = (view: StatusView) => ({ ...view, server: session.address });
    const read = () => readStatus(session.server, project.registry);
    if (options.watch) {
      const picture = (view: StatusView, now: number) => statusLines(out, view, now, limit);
      await watch(out, session.server, { read, picture, answer, events: statusEvents });
      return EXIT.done;
    }
    const view = await read();
    out.answer(answer(view));
    for (const line of statusLines(out, view, Date.now(), limit)) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** A chain's newest run and schedule, and what wants a look. */
function statusEvents({ chains, working, attention }: StatusView, now: number): WatchedEvent[] {
  return [
    ...chains.map((chain) => {
      const run = chain.last.at(-1);
      const state = `${run?.workflowId} ${run?.runId} ${run?.status} ${chain.schedule.state}`;
      const paused = chain.schedule.state === 'paused' ? ', paused' : '';
      return { key: chain.id, state, line: `${chain.id}: ${lastText(chain, now)}${paused}` };
    }),
    ...working.map(({ run, items }) => ({ key: run, state: `${tenthOf(items)}`, line: `${run}: ${itemsText(items)}` })),
    ...attention.map(({ text, command }) => ({ key: text, state: text, line: `wants a look: ${text}   →  ${command}` })),
  ];
}

/** The screen, line by line. `now` in epoch milliseconds; `limit`: how many things that want a look are named. */
export function statusLines(out: Output, view: StatusView, now: number, limit = MOST_TOLD): string[] {
  const workers = view.workers.length === 1 ? '1 worker' : `${view.workers.length || 'no'} workers`;
  return [
    `${view.project} · ${shownZone(view.timezone)} · ${workers} · server ok`,
    ...chainLines(out, view, now),
    ...workingLines(out, view),
    ...attentionLines(out, view, limit),
  ];
}

function chainLines(out: Output, { chains, timezone }: StatusView, now: number): string[] {
  if (chains.length === 0) return ['', 'No chain yet. A chain is one file in chains/: daychain list'];
  const paused = (chain: ChainStatus) => chain.schedule.state === 'paused';
  const rows = chains.map((chain) => [
    shortened(chain.id, 34),
    chain.last.map((run) => glyphOf(out, run)).join(' '),
    paused(chain) ? lowered(pausedText(chain.schedule.note, chain.timezone, now)) : lastText(chain, now),
    paused(chain) ? '' : nextText(chain, timezone, now),
  ]);
  return table([['CHAIN', 'LAST 7', 'LAST RUN', 'NEXT'], ...rows]).map((line) =>
    widthOf(line) > out.width ? cutLine(line, out.width) : line,
  );
}

function glyphOf(out: Output, run: RunSummary): string {
  const { glyph, colour } = shownState({ status: run.status });
  return out.paint(colour, glyph);
}

function lastText({ last, timezone }: ChainStatus, now: number): string {
  const run = last.at(-1);
  if (run === undefined) return 'never ran';
  const { word } = shownState({ status: run.status });
  const took = Math.max(0, (run.closed === null ? now : Date.parse(run.closed)) - Date.parse(run.started));
  return `${whenText(run.started, timezone, now)}, ${run.status === 'success' ? '' : `${word} `}${run.closed === null || run.status === 'success' ? '' : 'after '}${durationText(took)}`;
}

function nextText({ schedule, timezone }: ChainStatus, projectZone: string, now: number): string {
  switch (schedule.state) {
    case 'by_hand':
      return 'by hand';
    case 'missing':
      return 'not synced';
    case 'foreign':
      return 'not ours';
    default: {
      const zone = shownZone(timezone) === shownZone(projectZone) ? '' : ` ${timezone}`;
      return schedule.next === null ? 'none' : `${whenText(schedule.next, timezone, now)}${zone}`;
    }
  }
}

function workingLines(out: Output, { working }: StatusView): string[] {
  const lines = working.map(({ run, items }) => clipped(`  ${run}  ${itemsText(items)}`, out.width));
  return lines.length === 0 ? [] : ['', 'At work', ...lines];
}

function attentionLines(out: Output, { attention }: StatusView, limit: number): string[] {
  if (attention.length === 0) return [];
  const told = attention.slice(0, limit);
  const more =
    attention.length > told.length
      ? [`  … and ${attention.length - told.length} more: daychain status --limit ${attention.length}`]
      : [];
  const width = Math.max(...told.map(({ text }) => widthOf(text)));
  if (attention.length === 1) return ['', `1 thing wants a look: ${told[0]!.text}   →  ${told[0]!.command}`];
  return [
    '',
    `${attention.length} things want a look:`,
    ...told.map(({ text, command }) => cutLine(`  ${padded(text, width)}   →  ${command}`, out.width)),
    ...more,
  ];
}

/** Lines with colours are cut at their end only, where no colour stands. */
function cutLine(line: string, width: number): string {
  return widthOf(line) <= width ? line : `${line.slice(0, line.length - (widthOf(line) - width) - 1)}…`;
}
