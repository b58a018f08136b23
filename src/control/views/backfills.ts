/** Backfills with their progress, page by page. */
import { createHash } from 'node:crypto';
import { backfillCommand } from '../../plan/backfill.js';
import { WORKFLOWS } from '../../plan/names.js';
import { quoted } from '../../plan/query.js';
import { backfillViewOf, type BackfillView, findBackfill } from '../backfills.js';
import { eachOf } from '../each-of.js';
import { BadInput } from '../errors.js';
import { onePage } from '../run-pages.js';
import type { Server } from '../server.js';
import type { BackfillLine, BackfillsView, BackfillsWish } from './backfills-types.js';

export const MOST_ON_A_PAGE = 100;
const DEFAULT_ON_A_PAGE = 20;

/**
 * Reads one page. Takes one request to Temporal, and one for every open backfill on the page.
 * @throws BadInput for a limit that cannot be, or a page that is none of ours
 */
export async function readBackfills(server: Server, wish: BackfillsWish): Promise<BackfillsView> {
  const { id, limit = DEFAULT_ON_A_PAGE, page = null } = wish;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ON_A_PAGE)
    throw new BadInput(`limit is ${limit}; it is a whole number from 1 to ${MOST_ON_A_PAGE}.`);
  const { backfills, next } = await listBackfillPage(server, { id }, limit, page);
  return { backfills: backfills.map(lineOf), next };
}

/**
 * Reads one, however long ago it was.
 * @param word its workflow ID, or a chain or task for its newest
 * @throws NotFound
 */
export async function readOneBackfill(server: Server, word: string): Promise<BackfillLine> {
  return lineOf(await findBackfill(server, word));
}

export interface BackfillFilter {
  /** Of one chain or task. */
  id?: string | undefined;
  /** Only those that have not ended. */
  open?: boolean;
}

/** Open ones first, then those that ended last. `page`: the `next` of the page before. */
export async function listBackfillPage(
  server: Server,
  { id, open }: BackfillFilter,
  limit: number,
  page: string | null,
): Promise<{ backfills: BackfillView[]; next: string | null }> {
  const query = [
    `TaskQueue = ${quoted(server.taskQueue)}`,
    `WorkflowType = ${quoted(WORKFLOWS.backfill)}`,
    // One that goes on in a new execution is told by that one.
    open ? `ExecutionStatus = "Running"` : `ExecutionStatus != "ContinuedAsNew"`,
    ...(id === undefined ? [] : [`(ChainName = ${quoted(id)} OR TaskName = ${quoted(id)})`]),
  ].join(' AND ');
  const asked = onePage(server, page === null ? null : tokenOf(page));
  const found = [];
  for await (const info of asked.client.list({ query, pageSize: limit })) found.push(info);
  const next = asked.next();
  const backfills = await eachOf(found, (info) => backfillViewOf(server, info, true));
  return { backfills, next: next === null ? null : pageOf(next) };
}

/** The server's token and what tells it from anything else: a client tries a wrong one again for many seconds. */
function pageOf(token: Buffer): string {
  return `${checkOf(token)}${token.toString('base64url')}`;
}

function tokenOf(page: string): Buffer {
  const token = Buffer.from(page.slice(CHECK), 'base64url');
  if (page.length > CHECK && pageOf(token) === page) return token;
  throw new BadInput('page: is none of an answer before. Leave it out for the first page.');
}

const CHECK = 8;

function checkOf(token: Buffer): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, CHECK);
}

function lineOf(view: BackfillView): BackfillLine {
  const { workflowId, runId, request, status, end, started, closed, total, result, progress } = view;
  const tally = result ?? progress ?? { done: 0, already: 0, failed: 0, cancelled: 0, failures: [] };
  const left = result?.left ?? progress?.left ?? null;
  const unfinished = end !== null && (status !== 'success' || tally.failed > 0);
  return {
    workflowId,
    runId,
    request,
    status,
    end,
    started,
    closed,
    total,
    done: tally.done,
    already: tally.already,
    failed: tally.failed,
    cancelled: tally.cancelled,
    left,
    working: progress?.working ?? null,
    waiting: progress?.waiting ?? null,
    perMinute: progress?.perMinute ?? null,
    timeLeftMs: progress?.timeLeft ?? null,
    held: progress?.held ?? null,
    failures: tally.failures,
    endReason: result?.end_reason ?? null,
    command: unfinished && request !== null ? `${backfillCommand(request)} --yes` : null,
  };
}
