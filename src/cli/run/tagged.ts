/** `daychain run --tag`: everything that has a tag, for one date, waited for together. */
import type { RunView } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import { startChain, startTask, type Started } from '../../control/start.js';
import { taggedEntries, type TaggedEntry } from '../../control/tagged.js';
import { waitForRun } from '../../control/wait.js';
import type { Server } from '../../control/server.js';
import type { ResolvedChainInput, ResolvedTaskInput } from '../../plan/types.js';
import { EXIT } from '../exit-codes.js';
import { endLines, exitOf } from '../follow.js';
import { noteNoWorker } from '../no-worker.js';
import type { Output } from '../output.js';
import { Interrupted } from '../problems.js';
import { readDate } from '../../control/run-words.js';
import { openServer, type Project } from '../session.js';
import { wrapped } from '../table.js';

interface Prepared extends TaggedEntry {
  date: string;
  start(server: Server): Promise<Started>;
}

/** What became of one of them; `run` is null where what it comes after did not succeed. */
interface Ended {
  id: string;
  date: string;
  outcome: Started['outcome'] | 'not_started';
  run: RunView | null;
}

export interface TaggedWish {
  tags: readonly string[];
  /** As it was typed: each has a zone of its own. */
  date: string;
  /** Why; kept with what is started. */
  reason: string | null;
}

/** Exit code 0 if all are done. @throws BadInput for an unknown tag, or what cannot run for the date; Interrupted on Ctrl-C */
export async function runTagged(out: Output, project: Project, { tags, date, reason }: TaggedWish): Promise<number> {
  const entries = taggedEntries(project.registry, tags).map((entry) => prepare(project, entry, date));
  for (const line of wrapped(planText(tags, entries), out.width)) out.note(line);
  const session = await openServer(project);
  const server = { ...session.server, reason };
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    await noteNoWorker(out, server);
    const ended = await runAll(out, server, entries, stop.signal);
    out.answer({
      tags,
      runs: ended.map(({ run, ...one }) => ({
        ...one,
        workflowId: run?.workflowId ?? null,
        status: run?.status ?? null,
        result: run?.result ?? null,
      })),
    });
    return ended.every(({ run }) => run !== null && exitOf(run) === EXIT.done) ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new Interrupted('Not waited for any longer; what was started goes on.\nSee it: daychain status');
  } finally {
    process.removeListener('SIGINT', interrupt);
    await session.close();
  }
}

function prepare({ registry, zoneOf }: Project, entry: TaggedEntry, text: string): Prepared {
  const date = readDate(text, zoneOf(entry.id), Date.now());
  const { kind, id } = entry;
  const input = kind === 'chain' ? registry.resolveChain({ chain: id, date }) : registry.resolveTask({ task: id, date });
  if ('problem' in input) throw new BadInput(`${id}: ${input.problem}\nNothing was started.`);
  const start = (server: Server) =>
    kind === 'chain' ? startChain(server, input as ResolvedChainInput) : startTask(server, input as ResolvedTaskInput);
  return { ...entry, date, start };
}

async function runAll(out: Output, server: Server, entries: readonly Prepared[], signal: AbortSignal): Promise<Ended[]> {
  const ends = new Map<string, Promise<Ended>>();
  // Each stands after what it comes after: its promise is there already.
  for (const entry of entries) {
    const before = entry.after.map((id) => ends.get(id)!);
    ends.set(entry.id, runOne(out, server, entry, before, signal));
  }
  return await Promise.all(ends.values());
}

async function runOne(
  out: Output,
  server: Server,
  { id, date, start }: Prepared,
  before: readonly Promise<Ended>[],
  signal: AbortSignal,
): Promise<Ended> {
  const failed = (await Promise.all(before)).find(({ run }) => run === null || exitOf(run) !== EXIT.done);
  if (failed !== undefined) {
    out.say(`${id} ${date} was not started: ${failed.id} has not succeeded.`);
    return { id, date, outcome: 'not_started', run: null };
  }
  const started = await start(server);
  if (started.outcome === 'started') out.note(`${id} ${date} started.`);
  const run = await waitForRun(server, started.workflowId, started.runId, { signal });
  if (started.outcome === 'completed') out.say(`${id} ${date} was done already.`);
  else for (const line of endLines(out, run)) out.say(line);
  return { id, date, outcome: started.outcome, run };
}

function planText(tags: readonly string[], entries: readonly Prepared[]): string {
  const named = entries.map(({ id, after }) => (after.length === 0 ? id : `${id} (after ${after.join(', ')})`));
  return `${tags.join(', ')}: ${entries.length} to run for ${entries[0]!.date}: ${named.join(', ')}`;
}
