/** The notify workflow: watches one execution's end, or one slot's lateness, and tells whoever wants to know. */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { createNoticeActivities } from '../activities/notices.js';
import { HOUR, MINUTE, SECOND, VISIBILITY_WAIT_MS } from '../plan/limits.js';
import { MEMO } from '../plan/names.js';
import type { Delivered, Delivery, NoticeEvent, NoticeSubject, NotifyInput, NotifyResult } from '../plan/notices.js';

type NoticeActivities = ReturnType<typeof createNoticeActivities>;

const looks = proxyActivities<NoticeActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** About four hours of tries, ever farther apart; then the notice is given up, which fails nothing. */
const deliveries = proxyActivities<Pick<NoticeActivities, 'deliverNotice'>>({
  startToCloseTimeout: '40 seconds',
  heartbeatTimeout: '10 seconds',
  scheduleToCloseTimeout: 12 * HOUR,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 3, maximumInterval: 15 * MINUTE, maximumAttempts: 20 },
});

/** A server that has just come back starts what fell due meanwhile within this time. Milliseconds. */
const GRACE_MS = 20 * SECOND;
/** Slots in a row without a shell that are watched by one execution. */
const MOST_WATCHED = 400;

/**
 * Started by runs and shells of chains that have notices, and left alone by them: its own fate changes nothing of theirs.
 * @returns what was told to whom, also where a delivery was given up
 */
export async function notify(input: NotifyInput): Promise<NotifyResult> {
  refuseBadInput(input);
  const telling = new Telling(input);
  switch (input.watch) {
    case 'end':
      await looks.awaitEnd(input);
      // Lists are about a second behind, and the run before may have closed just now.
      await sleep(VISIBILITY_WAIT_MS);
      await telling.tell(await looks.judgeEnd(input));
      break;
    case 'waiting':
      await telling.tell(await looks.judgeWaiting(input));
      break;
    case 'late':
      await sleepUntil(input.lateAt!, input);
      await telling.tell(await looks.judgeLate(input));
      await watchOn(input, telling);
  }
  return telling.result();
}

function refuseBadInput(input: unknown): void {
  const { id, runKey, date, watch, lateAt, runId } = (input ?? {}) as Partial<NotifyInput>;
  const texts = [id, runKey, date].every((text) => typeof text === 'string');
  const right = (watch === 'end' && typeof runId === 'string') || watch === 'waiting' || (watch === 'late' && isInstant(lateAt));
  if (texts && right) return;
  throw ApplicationFailure.nonRetryable(
    `notify is started by runs themselves; got ${JSON.stringify(input) ?? 'none'}`,
    'bad_input',
  );
}

function isInstant(text: unknown): text is string {
  return typeof text === 'string' && !Number.isNaN(Date.parse(text));
}

/**
 * Watches the slots after this one for as long as they have no shell: a shell would have them watched. So a slot that was
 * never started is told as well.
 */
async function watchOn(from: NoticeSubject, telling: Telling): Promise<void> {
  let subject: NoticeSubject | null = from;
  for (let watched = 0; watched < MOST_WATCHED; watched++) {
    subject = await looks.nextToWatch(subject);
    if (subject?.lateAt === undefined) return;
    await sleepUntil(subject.lateAt, subject);
    if ((await looks.seeUnstarted(subject)) === 'watched') return;
    await sleep(GRACE_MS, { summary: 'it may be on its way' });
    const state = await looks.seeUnstarted(subject);
    if (state === 'watched') return;
    if (state === 'unstarted') await telling.tell(await looks.judgeLate({ ...subject, watch: 'late' }));
  }
}

async function sleepUntil(instant: string, { id, runKey }: NoticeSubject): Promise<void> {
  const left = Date.parse(instant) - Date.now();
  setCurrentDetails(`Watches ${id} ${runKey}: late at ${instant}`);
  if (left > 0) await sleep(left, { summary: `${runKey} is late then` });
}

class Telling {
  private readonly told: Delivered[] = [];

  constructor(private readonly input: NotifyInput) {}

  /** Each target by itself: a broken one holds no other up. */
  async tell(wanted: readonly Delivery[]): Promise<void> {
    await Promise.all(wanted.map((delivery) => this.deliver(delivery)));
  }

  result(): NotifyResult {
    const { id, date, runKey } = this.input;
    return { id, date, run_key: runKey, told: this.told };
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { target, facts } = delivery;
    const event = facts.event as NoticeEvent;
    setCurrentDetails(`Tells ${target}: ${facts.title}`);
    try {
      const answer = await deliveries.deliverNotice(delivery);
      this.told.push({ target, event, delivered: true, answer });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const answer = error.cause?.message ?? error.message;
      this.told.push({ target, event, delivered: false, answer });
      log.warn(`a notice was given up: ${answer}`, { notice: workflowInfo().workflowId, target });
    }
    upsertMemo({ [MEMO.result]: this.result() });
    setCurrentDetails(
      this.told.map((one) => `${one.target}: ${one.event} ${one.delivered ? 'told' : `given up, ${one.answer}`}`).join('\n\n'),
    );
  }
}
