/** Who judges contributions by the charter: rules on this machine, or a model that is asked. */
import type { Verdict } from '../charter/charter.js';
import type { Contribution } from '../contributions.js';

export type Judged = Pick<Contribution, 'id' | 'title' | 'category' | 'constat_factuel' | 'idees_ameliorations'>;

export interface Judgement extends Verdict {
  /** Who judged, and by which rules or model. */
  provider: string;
  model: string;
}

export interface Validator {
  /** @throws if no verdict can be had, or what came is none: never a verdict in its place (defect 3) */
  validate(contribution: Judged, signal: AbortSignal): Promise<Judgement>;
}
