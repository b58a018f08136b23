/** What a person can wish for on the page: each as a request to the API, and as the command line that does the same. */
import type { JsonObject } from '../../../plan/types.js';
import { commandLine, paramsText } from './command-line.js';

interface OfTask {
  id: string;
  runKey: string;
  /** The chain whose run is told; null: the task or chain itself. */
  chain: string | null;
}

export type Wish =
  | { verb: 'run'; id: string; kind: 'chain' | 'task'; runKey: string | null }
  /** `task`: from which or only which; null: the whole run. `done`: nothing of it is left to run. */
  | { verb: 'rerun'; run: string; task: string | null; done: boolean }
  | { verb: 'cancel'; run: string }
  | ({ verb: 'skip' | 'hold' | 'release' | 'retry' } & OfTask)
  | { verb: 'pause' | 'resume'; id: string }
  /** `force`: its holder may be alive. */
  | { verb: 'unlock'; id: string; runKey: string; force: boolean }
  | { verb: 'backfill'; id: string }
  | { verb: 'holdBackfill' | 'releaseBackfill' | 'cancelBackfill'; backfill: string };

export function sameWish(one: Wish, other: Wish): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The verb whose button a wish takes over where the one becomes possible by the other: Release stands where Hold stood. */
export function placeOf({ verb }: Wish): Wish['verb'] {
  return verb === 'release' ? 'hold' : verb === 'resume' ? 'pause' : verb === 'releaseBackfill' ? 'holdBackfill' : verb;
}

/** How much a rerun repeats, in the API's words. */
export type RerunMode = 'unsuccessful' | 'from' | 'only' | 'skipped' | 'all';

/** What is typed into the form of a wish; what its verb does not ask for is empty. */
export interface Typed {
  reason: string;
  date: string;
  from: string;
  to: string;
  only: '' | 'missing' | 'failed' | 'all';
  /** Empty: the first of those there are. */
  mode: '' | RerunMode;
  concurrency: string;
  until: string;
  catchUp: boolean;
  params: JsonObject;
}

export const NOTHING_TYPED: Typed = {
  ...{ reason: '', date: '', from: '', to: '', only: '', mode: '', concurrency: '', until: '', catchUp: false },
  params: {},
};

export interface Request {
  method: 'POST' | 'DELETE';
  path: string;
  body: JsonObject;
}

/** Which parts a verb's form has. */
export function partsOf({ verb }: Wish): readonly (keyof Typed)[] {
  switch (verb) {
    case 'run':
      return ['date', 'params', 'reason'];
    case 'rerun':
      return ['mode', 'reason'];
    case 'backfill':
      return ['from', 'to', 'only', 'concurrency', 'reason'];
    case 'pause':
      return ['reason', 'until'];
    case 'resume':
      return ['catchUp', 'reason'];
    default:
      return ['reason'];
  }
}

/** The modes of a rerun's form, the usual one first. */
export function modesOf({ task, done }: Extract<Wish, { verb: 'rerun' }>): readonly RerunMode[] {
  if (task !== null) return ['from', 'only'];
  return done ? ['all', 'skipped'] : ['unsuccessful', 'skipped', 'all'];
}

/** What it is about, as people name it: `daily-chain 20261118`. */
export function subjectOf(wish: Wish): string {
  if ('run' in wish) return wish.run.replace(':', ' ');
  if ('backfill' in wish) return wish.backfill;
  return 'runKey' in wish && wish.runKey !== null ? `${wish.id} ${wish.runKey}` : wish.id;
}

/** The terminal's word for it. */
export function commandOf(wish: Wish, typed: Typed): string {
  const reason = { reason: typed.reason || (needsReason(wish, typed) ? '…' : null) };
  switch (wish.verb) {
    case 'run': {
      const { name, at } = whenOf(wish, typed);
      return commandLine(['run', wish.id], { [name]: at, params: paramsText(typed.params), ...reason });
    }
    case 'rerun':
      return commandLine(['rerun', wish.run], { ...modeOption(wish, typed), ...reason });
    case 'cancel':
      return commandLine(['cancel', wish.run], reason);
    case 'skip':
    case 'hold':
    case 'release':
      return commandLine([wish.verb, wish.id, wish.runKey], reason);
    case 'retry':
      return commandLine(['retry', wish.id, wish.runKey], reason);
    case 'pause':
      return commandLine(['pause', wish.id], { ...reason, until: typed.until });
    case 'resume':
      return commandLine(['resume', wish.id], { 'catch-up': typed.catchUp, ...reason });
    case 'cancelBackfill':
      return commandLine(['backfill', 'cancel', wish.backfill], reason);
    case 'holdBackfill':
      return commandLine(['backfill', 'hold', wish.backfill], reason);
    case 'releaseBackfill':
      return commandLine(['backfill', 'release', wish.backfill], reason);
    case 'unlock':
      // Nothing keeps a reason there: what is taken away has no record.
      return commandLine(['unlock', wish.id, wish.runKey], { yes: wish.force });
    case 'backfill':
      return commandLine(['backfill', wish.id, typed.from || 'FROM', typed.to || 'TO'], {
        ...{ only: typed.only, concurrency: typed.concurrency, ...reason },
        yes: true,
      });
  }
}

export function requestOf(wish: Wish, typed: Typed): Request {
  const reason: JsonObject = typed.reason === '' ? {} : { reason: typed.reason };
  const post = (path: string, body: JsonObject): Request => ({ method: 'POST', path, body });
  switch (wish.verb) {
    case 'run': {
      const params: JsonObject = Object.keys(typed.params).length === 0 ? {} : { params: typed.params };
      const { name, at } = whenOf(wish, typed);
      return post('/api/runs', { id: wish.id, ...(at === '' ? {} : { [name]: at }), ...params, ...reason });
    }
    case 'rerun': {
      const task: JsonObject = wish.task === null ? {} : { task: wish.task };
      return post(`/api/runs/${part(wish.run)}/rerun`, { mode: modeOf(wish, typed), ...task, ...reason });
    }
    case 'cancel':
      return post(`/api/runs/${part(wish.run)}/cancel`, reason);
    case 'cancelBackfill':
      return post(`/api/backfills/${part(wish.backfill)}/cancel`, reason);
    case 'skip':
    case 'hold':
    case 'release':
    case 'retry':
      return post(`/api/runs/${part(`${wish.id}:${wish.runKey}`)}/${wish.verb}`, reason);
    case 'pause':
      return post(`/api/schedules/${part(wish.id)}/pause`, { ...reason, ...(typed.until === '' ? {} : { until: typed.until }) });
    case 'resume':
      return post(`/api/schedules/${part(wish.id)}/resume`, { ...reason, ...(typed.catchUp ? { catchUp: true } : {}) });
    case 'holdBackfill':
      return post(`/api/backfills/${part(wish.backfill)}/hold`, reason);
    case 'releaseBackfill':
      return post(`/api/backfills/${part(wish.backfill)}/release`, reason);
    case 'unlock':
      return post(`/api/locks/${part(wish.id)}/${part(wish.runKey)}/release`, { force: wish.force, ...reason });
    case 'backfill':
      return post('/api/backfills', {
        ...{ id: wish.id, from: typed.from, to: typed.to, ...reason },
        ...(typed.only === '' ? {} : { only: typed.only }),
        ...(typed.concurrency === '' ? {} : { concurrency: Number(typed.concurrency) }),
      });
  }
}

/** What stops or leaves out somebody's work says why. */
export function needsReason(wish: Wish, { only, mode }: Pick<Typed, 'only' | 'mode'>): boolean {
  switch (wish.verb) {
    case 'rerun':
      return modeOf(wish, { mode }) === 'all';
    case 'cancel':
    case 'cancelBackfill':
    case 'skip':
    case 'hold':
      return true;
    default:
      return only === 'all';
  }
}

/** Whether the API's word for it takes back or ends something: then its button says so. */
export function isGrave({ verb }: Wish): boolean {
  return verb === 'cancel' || verb === 'cancelBackfill' || verb === 'unlock' || verb === 'skip';
}

/** For which date or slot; empty: today. */
function whenOf({ runKey }: Extract<Wish, { verb: 'run' }>, { date }: Typed): { name: 'date' | 'slot'; at: string } {
  const slot = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date === '' ? (runKey ?? '') : '');
  if (slot === null) return { name: 'date', at: date || (runKey ?? '') };
  const [, year, month, day, hour, minute, second] = slot;
  return { name: 'slot', at: `${year}-${month}-${day}T${hour}:${minute}:${second}Z` };
}

function modeOf(wish: Extract<Wish, { verb: 'rerun' }>, { mode }: Pick<Typed, 'mode'>): RerunMode {
  return mode === '' ? modesOf(wish)[0]! : mode;
}

/** How the terminal is told how much a rerun repeats: what did not succeed needs no word. */
function modeOption(wish: Extract<Wish, { verb: 'rerun' }>, typed: Typed): Record<string, string | true> {
  const mode = modeOf(wish, typed);
  return mode === 'unsuccessful' ? {} : { [mode]: wish.task ?? true };
}

const part = encodeURIComponent;
