/** The very first start of a home: the chains run once, for yesterday, so that there is something to see. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChain } from '../../control/start.js';
import { addDays, dashed } from '../../time/dates.js';
import { localDate } from '../../time/zones.js';
import { endLines, followRun } from '../follow.js';
import type { Output } from '../output.js';
import { runUrl, type Project, type ServerSession } from '../session.js';

/**
 * Runs the chains that are due by date, one after the other; today's slots stay untouched, and so do chains run by hand.
 * @param page address of the page; null where there is none: then Temporal's own is named
 */
export async function runFirstChains(
  out: Output,
  project: Project,
  session: ServerSession,
  home: string,
  page: string | null,
  signal: AbortSignal,
): Promise<void> {
  const marker = join(home, 'first-start.json');
  if (existsSync(marker)) return;
  const { registry } = project;
  const chains = registry.chainIds().filter((id) => {
    const chain = registry.chain(id)!;
    return chain.brokenBecause === undefined && chain.schedule !== null && chain.keyedBy === 'date';
  });
  for (const chain of chains) await runOne(out, project, session, chain, page, signal);
  writeFileSync(marker, `${JSON.stringify({ at: new Date().toISOString(), chains }, null, 2)}\n`);
}

async function runOne(
  out: Output,
  project: Project,
  session: ServerSession,
  chain: string,
  page: string | null,
  signal: AbortSignal,
): Promise<void> {
  const { registry } = project;
  const zone = project.zoneOf(chain);
  const date = addDays(localDate(Date.now(), zone), -1);
  const input = registry.resolveChain({ chain, date });
  if ('problem' in input) {
    out.note(`${chain} cannot run for ${dashed(date)}: ${input.problem}`);
    return;
  }
  const started = await startChain(session.server, input);
  if (started.outcome === 'completed') return;
  out.say(`\nFirst start: running ${chain} for yesterday, ${dashed(date)}`);
  const names = input.plan.tasks.map(({ id }) => id);
  const view = await followRun(out, session.server, started, { zone, names, signal, interruptible: false });
  for (const line of endLines(out, view)) out.say(line);
  const { workflowId } = view;
  const url = page === null ? runUrl(session, { workflowId }) : `${page}/runs/${workflowId}`;
  if (url !== null) out.say(`Look: ${url}`);
}
