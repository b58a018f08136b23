/** A recorded validation as an item of a data set (ORIGINS 2.1: evaluation item). */
import { createHash } from 'node:crypto';
import type { Contribution, Violation } from '../contributions.js';
import type { ContributionRecord } from '../records.js';
import type { Judgement } from '../validators/validator.js';

export interface EvaluationItem {
  /** The same for the same text: added twice it is one. */
  id: string;
  input: Pick<Contribution, 'title' | 'body' | 'category' | 'constat_factuel' | 'idees_ameliorations'>;
  /** What people say. Null where nobody has: a recorded verdict is no expectation of itself (defect 10). */
  expected_output: Expected | null;
  metadata: Record<string, string | number | boolean | null | string[]> & { split: Split };
}

export interface Expected {
  is_valid: boolean;
  violations: readonly Violation[];
  category: string | null;
}

export type Split = 'train' | 'validation' | 'test';

/** A record with a verdict. */
export interface Validated extends ContributionRecord {
  contribution: Contribution;
  judgement: Judgement;
}

export function isValidated(record: ContributionRecord): record is Validated {
  return record.judgement !== null && record.contribution !== null;
}

export function expectedOf({ expected_valid, violations_injected, category }: Contribution): Expected | null {
  return expected_valid === null ? null : { is_valid: expected_valid, violations: violations_injected ?? [], category };
}

/** How far a verdict is to be believed, 0 to 1: by the label where there is one, else as sure as it is itself. */
export function correctness({ contribution, judgement }: Validated): number {
  const expected = expectedOf(contribution);
  return expected === null ? judgement.confidence : Number(expected.is_valid === judgement.is_valid);
}

export function itemOf(record: Validated): EvaluationItem {
  const { contribution, judgement } = record;
  const { title, body, category, constat_factuel, idees_ameliorations } = contribution;
  return {
    id: stableUuid(record.date, 'item', record.id, record.content),
    input: { title, body, category, constat_factuel, idees_ameliorations },
    expected_output: expectedOf(contribution),
    metadata: {
      id: record.id,
      date: record.date,
      source: contribution.source,
      expected_valid: contribution.expected_valid,
      parent_id: contribution.parent_id,
      similarity_to_parent: contribution.similarity_to_parent,
      violations_injected: contribution.violations_injected,
      provider: judgement.provider,
      model: judgement.model,
      correctness: correctness(record),
      split: splitOf(record.id),
    },
  };
}

/** 70 % to learn from, 15 % to check with, 15 % to be measured on; the same text always falls to the same part. */
export function splitOf(id: string): Split {
  const share = createHash('sha256').update(`split:${id}`).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.7 ? 'train' : share < 0.85 ? 'validation' : 'test';
}

/** A UUID of version 7, as Opik wants them, of the day, and otherwise of what it names: the same in every attempt. */
export function stableUuid(date: string, ...parts: string[]): string {
  const day = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8)));
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const time = day.toString(16).padStart(12, '0');
  const variant = ((parseInt(hash[3]!, 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
