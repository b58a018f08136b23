/** Sends one notice to one target, once. Whether to try again is the caller's to decide. */
import type { NoticeTarget } from '../define/notice-target.js';
import type { NoticeFacts } from '../plan/notices.js';
import { addressesOf, hasAddresses, whyDisabled, type Environment } from './addresses.js';
import { mailNotice } from './mail.js';
import { render, webhookBody } from './render.js';
import type { Sent } from './sent.js';
import { postNotice } from './webhook.js';

/** Never throws: what went wrong is the answer, without addresses and credentials. */
export async function sendNotice(
  { key, target, facts }: { key: string; target: NoticeTarget; facts: NoticeFacts },
  environment: Environment,
): Promise<Sent> {
  const addresses = addressesOf(target, environment);
  if (!hasAddresses(addresses))
    return { sent: false, again: false, afterMs: null, answer: `disabled: ${whyDisabled(addresses)}` };
  const rendered = render(target, facts);
  if (addresses.medium === 'mail') return await mailNotice(addresses, rendered, key);
  const format = target.medium === 'webhook' ? target.format : 'json';
  return await postNotice(addresses.url, webhookBody(format, key, facts, rendered), key);
}
