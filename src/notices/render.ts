/** The words of a notice for its medium. */
import type { NoticeTarget } from '../define/notice-target.js';
import { cut } from '../plan/limits.js';
import { fillTemplate, noticeText } from '../plan/notice-text.js';
import type { NoticeFacts } from '../plan/notices.js';

export interface Rendered {
  /** The first line. */
  title: string;
  text: string;
}

/** Longest text that is sent, in characters: receivers cut or refuse more. */
const MOST_TEXT = 8_000;
const MOST_TITLE = 200;

/**
 * By the target's template, or the usual words. Values are escaped first, so that no error message can mention everybody
 * or forge a link. A template that throws gives the usual words, and says so.
 */
export function render({ template, ...target }: NoticeTarget, facts: NoticeFacts): Rendered {
  const escaped = target.medium === 'webhook' && target.format === 'slack' ? escapedFacts(facts, slackText) : facts;
  const text = cut(filled(template, escaped), MOST_TEXT);
  const [first = ''] = text.split('\n');
  return { title: cut(oneLine(first), MOST_TITLE), text };
}

function filled(template: NoticeTarget['template'], facts: NoticeFacts): string {
  if (template === null) return noticeText(facts);
  if (typeof template === 'string') return fillTemplate(template, facts);
  try {
    const text: unknown = template(facts);
    if (typeof text === 'string' && text.trim() !== '') return text;
    return `${noticeText(facts)}\n\n(The template gave no text.)`;
  } catch (error) {
    return `${noticeText(facts)}\n\n(The template threw: ${cut(error instanceof Error ? error.message : String(error), 200)})`;
  }
}

/** Body of the request to a webhook. */
export function webhookBody(format: 'json' | 'slack', key: string, facts: NoticeFacts, { title, text }: Rendered): string {
  return JSON.stringify(format === 'slack' ? { text } : { notice_id: key, ...facts, title, text });
}

/** As Slack and Mattermost ask for it. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapedFacts(facts: NoticeFacts, escape: (text: string) => string): NoticeFacts {
  const value = (one: unknown): unknown => {
    if (typeof one === 'string') return escape(one);
    if (Array.isArray(one)) return one.map(value);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, value(inner)]));
  };
  return value(facts) as NoticeFacts;
}

/** A header takes no line breaks, nor other control characters. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
