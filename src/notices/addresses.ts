/** The addresses of a target, out of the environment. Their values go nowhere but to the receiver. */
import type { NoticeTarget } from '../define/notice-target.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Addresses = { medium: 'webhook'; url: URL } | { medium: 'mail'; to: string[]; from: string; server: string };

export interface NoAddress {
  /** Names of variables that are not set. */
  unset: string[];
  /** What is wrong with one that is set, without its value; null if nothing is. */
  problem: string | null;
}

/** Names of all variables a target needs. */
export function variablesOf(target: NoticeTarget): string[] {
  return target.medium === 'webhook' ? [target.url] : [target.to, target.from, target.server];
}

/** Reads a target's addresses, or says what they lack. */
export function addressesOf(target: NoticeTarget, environment: Environment): Addresses | NoAddress {
  const unset = variablesOf(target).filter((name) => !environment[name]);
  if (unset.length > 0) return { unset, problem: null };
  const value = (name: string) => environment[name]!.trim();
  if (target.medium === 'webhook') {
    const url = URL.canParse(value(target.url)) ? new URL(value(target.url)) : null;
    if (url !== null && /^https?:$/.test(url.protocol)) return { medium: 'webhook', url };
    return { unset: [], problem: `${target.url} is no http:// or https:// address` };
  }
  const to = value(target.to)
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const wrong = [...to, value(target.from)].some((one) => !/^[^\s@<>]+@[^\s@<>]+$|<[^\s@<>]+@[^\s@<>]+>$/.test(one));
  if (to.length === 0 || wrong) return { unset: [], problem: `${target.to} or ${target.from} is no mail address` };
  const server = value(target.server);
  if (!/^smtps?:\/\//.test(server) || !URL.canParse(server))
    return { unset: [], problem: `${target.server} is no smtp:// or smtps:// address` };
  return { medium: 'mail', to, from: value(target.from), server };
}

export function hasAddresses(found: Addresses | NoAddress): found is Addresses {
  return 'medium' in found;
}

/** Why a target cannot be told, or null. */
export function disabledBecause(target: NoticeTarget, environment: Environment): string | null {
  const addresses = addressesOf(target, environment);
  return hasAddresses(addresses) ? null : whyDisabled(addresses);
}

/** `OPS_WEBHOOK is not set`, `OPS_MAIL is no mail address`. */
export function whyDisabled({ unset, problem }: NoAddress): string {
  return problem ?? `${unset.join(', ')} ${unset.length === 1 ? 'is' : 'are'} not set`;
}
