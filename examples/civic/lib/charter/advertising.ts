/** Spam and advertising: words of a sale, ways to reach the seller, prices and rebates. */
import { ADVERTISING, CIVIC } from './lexicon/advertising.js';
import { find, type Found } from './marks.js';
import type { Reading } from './reading.js';

/** Sites that nobody sells on. */
const PUBLIC_SITES = /(?:lanverec\.example|\.gouv\.fr|\.bzh|wikipedia\.org)/;

/** How much of an advertisement the text is. */
export function findAdvertising({ raw, text }: Reading): Found {
  const found = find(ADVERTISING, text);
  const mails = (raw.match(/[\w.+-]+@[\w-]+\.[\w.]+/g) ?? []).filter((mail) => !PUBLIC_SITES.test(mail));
  const links = (
    raw.match(/\b(?:https?:\/\/|www\.)\S+|(?<![@\w.-])[a-z0-9-]{3,}\.(?:com|fr|net|org|example)\b\S*/gi) ?? []
  ).filter((link) => !PUBLIC_SITES.test(link));
  const handles = raw.match(/(?<![\w.])@[a-z][\w.]{2,}/gi) ?? [];
  const phones = raw.match(/(?<!\d)0[1-9](?:[ .-]?\d{2}){4}(?!\d)/g) ?? [];
  const rebates = raw.match(/(?:moins|-|remise de|réduction de) ?\d+ ?%|\d+ ?% de (?:réduction|remise|rabais)/gi) ?? [];
  const ways = [...new Set([...mails, ...links, ...handles, ...phones])];
  // A price is ordinary in a proposal, and telling only beside other marks of a sale.
  const prices = found.weight > 0 ? (raw.match(/\d[\d ,.]*\s?(?:€|euros?)/g) ?? []) : [];
  const civic = new Set(text.match(CIVIC) ?? []).size;
  const weight = found.weight + 0.6 * Math.min(ways.length, 2) + 0.6 * rebates.length + 0.3 * Math.min(prices.length, 2);
  return {
    // With no way to reach a seller, whoever speaks of the town's own affairs is not selling.
    weight: weight * (ways.length > 0 ? 1 : Math.max(0.4, 1 - 0.3 * civic)),
    evidence: [...found.evidence, ...ways, ...rebates, ...prices],
  };
}
