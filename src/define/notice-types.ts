/** What an author writes under `notices`: who is told of failures, lateness and recoveries, and how. */
import type { NoticeEvent, NoticeFacts } from '../plan/notices.js';

export type { NoticeEvent, NoticeFacts };

/** A value of the environment, by its name: addresses and credentials stand in no file and in no history. */
export interface FromEnvironment {
  env: string;
}

/** One target, and what it is told of. Where a variable it names is not set, it is disabled; `daychain notices` says so. */
export interface NoticeDefinition {
  /** Shown by `daychain notices`, and named to test it. Default: the name of the address's variable. */
  name?: string;
  on: readonly NoticeEvent[];
  /** Failures are told from the Nth date in a row on, and recoveries from those. 1 to 100. Default 1. */
  after?: number;
  /** A failure whose cause has been told is told again every N further dates in a row. 1 to 1,000. Default: never. */
  remindEvery?: number;
  to: NoticeTo;
}

export type NoticeTo = { webhook: WebhookTarget; mail?: never } | { mail: MailTarget; webhook?: never };

export interface WebhookTarget {
  /** An http or https address. It is posted to; redirects are not followed. */
  url: FromEnvironment;
  /** `'slack'`: what Slack and Mattermost read. Default `'json'`: every fact, and the text. */
  format?: 'json' | 'slack';
  template?: NoticeTemplate;
}

export interface MailTarget {
  /** One address or several, with commas between them. */
  to: FromEnvironment;
  /** Default `{ env: 'SMTP_FROM' }`. */
  from?: FromEnvironment;
  /** `smtp://` or `smtps://`, with user and password where they are asked for. Default `{ env: 'SMTP_URL' }`. */
  server?: FromEnvironment;
  template?: NoticeTemplate;
}

/**
 * The text, in place of the usual one; its first line is the title (of a mail, the subject). Either a text with placeholders
 * like `{title}` and `{command}`, or a function of the facts. Values are escaped for the medium already.
 */
export type NoticeTemplate = string | ((notice: NoticeFacts) => string);
