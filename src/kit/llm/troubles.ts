/** What a failed request says about its provider. By status and kind of failure alone: messages are for people (defect 9). Pure. */
import { askedDelayMs } from '../../plan/asked-delay.js';
import { DAY } from '../../plan/limits.js';
import type { HttpError } from '../http/errors.js';
import type { LlmTrouble, LlmTroubleKind } from './types.js';

export function troubleOf(error: HttpError, provider: string, cooldownMs: number): LlmTrouble {
  const kind = kindOf(error);
  const restMs = kind === 'rejected' ? 0 : Math.min(askedDelayMs(error) ?? cooldownMs, DAY);
  return { provider, kind, status: error.status, message: error.message, restMs };
}

function kindOf({ trouble, status }: HttpError): LlmTroubleKind {
  if (trouble === 'network' || trouble === 'timeout') return 'unreachable';
  if (trouble !== 'status') return trouble === 'refused' || trouble === 'redirect' ? 'rejected' : 'unreadable';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 425 || (status ?? 0) >= 500) return 'overloaded';
  return status === 401 || status === 402 || status === 403 ? 'not_let_in' : 'rejected';
}
