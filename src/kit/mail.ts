/** Mail from tasks: one Message-ID per mail and run, so that a second sending is known for what it is. */
import type { Transporter } from 'nodemailer';
import { PermanentError, TaskError } from '../define/errors.js';
import type { ClientTools, TaskContext } from '../define/types.js';
import { effectKey } from './effect-key.js';
import { writeWhole } from './write-whole.js';

export interface MailOptions {
  /** `smtp://user:password@host:port`, or `smtps://`. Null or left out: nothing leaves, and `sent` is false. */
  url?: string | null;
  /** Where there is no server: mails are written here whole, one `.eml` by its Message-ID, so that one sent twice is one file. */
  outbox?: string;
  /** `Name <name@host>` */
  from: string;
}

export interface Mail {
  /** Tells this mail from the task's others, the same in every attempt: `reminder.id`. */
  key: string;
  to: string | readonly string[];
  subject: string;
  text: string;
  html?: string;
  replyTo?: string;
}

export interface MailSent {
  /** With its angle brackets. */
  messageId: string;
  /** False where no server is configured. */
  sent: boolean;
  /** Recipients the server did not take, while it took others. */
  rejected: string[];
}

export interface Mailer {
  /** @throws PermanentError where the server refuses for good, TaskError where it may take the mail later */
  send(ctx: Pick<TaskContext, 'task' | 'runKey'>, mail: Mail): Promise<MailSent>;
  /** Throws if the server cannot be reached or does not let us in. */
  verify(): Promise<string>;
  close(): void;
}

/** The few things asked of a transport of nodemailer. */
interface Sent {
  rejected?: (string | { address: string })[];
  /** The whole mail, where it stays here. */
  message?: Buffer;
}

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;

/** A client for `clients` of the project: `mail: mailClient(({ settings }) => ({ url: settings.SMTP_URL, from: settings.MAIL_FROM }))`. */
export function mailClient(options: (tools: ClientTools) => MailOptions) {
  return {
    open: (tools: ClientTools): Mailer => createMailer(options(tools)),
    check: (mailer: Mailer) => mailer.verify(),
    close: (mailer: Mailer) => mailer.close(),
  };
}

export function createMailer({ url, from, outbox }: MailOptions): Mailer {
  let opened: Transporter | undefined;
  const transporter = async () => (opened ??= await connect(url ?? null, outbox));
  const host = /@([^>\s]+)>?\s*$/.exec(from)?.[1];
  if (host === undefined) throw new TypeError(`the sender ${JSON.stringify(from)} is no address: Name <name@host>`);

  return {
    async send(ctx, { key, to, ...mail }) {
      const messageId = `<${effectKey(ctx, key).replaceAll(':', '.')}@${host}>`;
      try {
        const sending = { ...mail, from, to: typeof to === 'string' ? to : [...to], messageId };
        const { rejected, message } = (await (await transporter()).sendMail(sending)) as Sent;
        if (outbox !== undefined && !url) await writeWhole(outbox, `${messageId.slice(1, -1)}.eml`, message ?? '');
        return {
          messageId,
          sent: Boolean(url),
          rejected: (rejected ?? []).map((one) => (typeof one === 'string' ? one : one.address)),
        };
      } catch (cause) {
        throw asTaskError(cause as Error & { responseCode?: number; code?: string });
      }
    },
    async verify() {
      if (!url)
        return outbox === undefined ? 'no server: mails are written and not sent' : `no server: mails are written to ${outbox}`;
      await (await transporter()).verify();
      return 'the server takes mails';
    },
    close: () => opened?.close(),
  };
}

async function connect(url: string | null, outbox: string | undefined): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  if (url === null && outbox !== undefined) return createTransport({ streamTransport: true, buffer: true });
  if (url === null) return createTransport({ jsonTransport: true });
  const timeouts = {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
  };
  return createTransport({ url, ...timeouts });
}

/** An answer that begins with 5 is the server's last word, and so is a mail that names nobody. */
function asTaskError(error: Error & { responseCode?: number; code?: string }): Error {
  const message = `the mail was not sent: ${error.message}`;
  const final = (error.responseCode ?? 0) >= 500 || (error.code === 'EENVELOPE' && error.responseCode === undefined);
  return final ? new PermanentError(message, { cause: error }) : new TaskError(message, { cause: error });
}
