/** One contribution on its way: judged, kept, labelled. May be repeated at any point. */
import { PermanentError } from 'daychain';
import { labelIssue, type Labelling } from './issues/label-issue.js';
import { readRecord, writeRecord, type ContributionRecord } from './records.js';
import type { Taken } from './select.js';
import { NotAsked } from './validators/until-down.js';
import type { Validator } from './validators/validator.js';

export interface Judging {
  root: string;
  validator: Validator;
  labelling: Labelling;
  /** The run. */
  run: { taskId: string; date: string };
  signal: AbortSignal;
}

/**
 * Brings a contribution as far as it goes and returns how it stands. The verdict is on the disk before the label is asked for.
 * @throws what kept the verdict from being had, after the contribution has been quarantined; and what kept its label from being written
 */
export async function judgeContribution({ incoming, record: selected }: Taken, judging: Judging): Promise<'valid' | 'flagged'> {
  const { root, signal } = judging;
  const known = await readRecord(root, incoming.id);
  // What an attempt before this one has kept is not asked for again.
  const isJudged = (record: ContributionRecord | null) => record?.content === selected.content && record.judgement !== null;
  const record = isJudged(known) ? (known as ContributionRecord) : await judged({ incoming, record: selected }, judging);
  if (record.label === 'wanted' && incoming.received !== null) {
    const label = await labelIssue(incoming.received, judging.labelling, signal);
    await writeRecord(root, { ...record, label });
  }
  return record.judgement?.is_valid ? 'valid' : 'flagged';
}

async function judged({ incoming, record }: Taken, { root, validator, run, signal }: Judging): Promise<ContributionRecord> {
  const started = performance.now();
  const done = { ...record, contribution: incoming.contribution, task_id: run.taskId, date: run.date };
  try {
    if (incoming.contribution === null) throw new PermanentError(incoming.problem ?? 'the record cannot be read');
    const judgement = await validator.validate(incoming.contribution, signal);
    const kept: ContributionRecord = {
      ...done,
      state: judgement.is_valid ? 'valid' : 'flagged',
      judgement,
      error: null,
      execution_time_ms: Math.round(performance.now() - started),
      timestamp: new Date().toISOString(),
      label: judgement.is_valid && incoming.received !== null ? 'wanted' : 'none',
    };
    await writeRecord(root, kept);
    return kept;
  } catch (error) {
    // Told to stop is no answer: the next attempt asks again.
    signal.throwIfAborted();
    if (error instanceof NotAsked) throw error;
    await writeRecord(root, {
      ...done,
      state: 'quarantined',
      judgement: null,
      error: (error as Error).message.slice(0, 1_024),
      label: 'none',
    });
    throw error;
  }
}
