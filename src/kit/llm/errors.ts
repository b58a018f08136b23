import { durationText, type Duration } from '../../plan/duration.js';
import { cut } from '../../plan/limits.js';
import type { LlmBudget, LlmTrouble, LlmTroubleKind } from './types.js';

export type LlmAnswerFault =
  /** No JSON, or JSON that does not fit the schema. */
  | 'malformed'
  /** The model, or its provider's filter, would not answer. */
  | 'refused'
  /** The answer met `maxTokens`. */
  | 'cut_off'
  | 'empty';

/** A provider answered, and the answer cannot be used. Whatever was asked is undecided: set it apart, never let it pass (defect 3). */
export class LlmAnswerError extends Error {
  override readonly name = 'LlmAnswerError';
  readonly fate: 'retry' | 'give_up';

  constructor(
    readonly fault: LlmAnswerFault,
    readonly provider: string,
    readonly model: string,
    /** What is wrong, in words. */
    readonly why: string,
    /** The answer's beginning, at most 1,024 characters. */
    readonly text: string,
  ) {
    super(`${provider} (${model}) gave no answer to use, ${fault}: ${why}`);
    this.text = cut(text);
    this.fate = fault === 'refused' ? 'give_up' : 'retry';
  }
}

const PASSING: readonly LlmTroubleKind[] = ['rate_limited', 'overloaded', 'unreachable', 'unreadable'];

/** No provider could answer. */
export class LlmUnavailable extends Error {
  override readonly name = 'LlmUnavailable';
  /** `give_up` where waiting mends nothing: keys that are wrong, requests that are not taken. */
  readonly fate: 'retry' | 'give_up';
  /** Until the first of them may be asked again. */
  readonly delay?: Duration;

  constructor(readonly troubles: readonly LlmTrouble[]) {
    super(`no language model could be asked: ${troubles.map(({ provider, message }) => `${provider} ${message}`).join('; ')}`);
    const passing = troubles.filter(({ kind }) => PASSING.includes(kind));
    this.fate = passing.length === 0 ? 'give_up' : 'retry';
    const restMs = Math.min(...passing.map((trouble) => trouble.restMs));
    if (passing.length > 0 && restMs > 0) this.delay = `${restMs} milliseconds`;
  }
}

/** The day's budget is used up. The next attempt of the task begins when it opens again. */
export class LlmBudgetSpent extends Error {
  override readonly name = 'LlmBudgetSpent';
  readonly fate = 'retry';
  readonly delay: Duration;

  constructor(
    readonly of: keyof LlmBudget,
    readonly used: number,
    readonly limit: number,
    /** Midnight by UTC. */
    readonly opensAt: Date,
    now: number,
  ) {
    const left = opensAt.getTime() - now;
    super(
      `the day's budget of ${limit} ${of} is used up (${used}); it opens again at ${opensAt.toISOString()}, in ${durationText(left)}`,
    );
    this.delay = `${left} milliseconds`;
  }
}
