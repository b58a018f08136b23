/** One try to send a notice by mail. */
import { createTransport } from 'nodemailer';
import type { Addresses } from './addresses.js';
import type { Rendered } from './render.js';
import type { Sent } from './sent.js';

/** Milliseconds. */
const CONNECT_MS = 8_000;
const SILENCE_MS = 15_000;
const MOST_ANSWER = 200;

/**
 * The Message-ID is the same for every try, so that a mail whose acknowledgement was lost is no second one. Tried again: no
 * answer, and refusals the server calls temporary (4xx).
 */
export async function mailNotice(
  { to, from, server }: Extract<Addresses, { medium: 'mail' }>,
  { title, text }: Rendered,
  key: string,
): Promise<Sent> {
  const transport = createTransport({
    url: server,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { response } = await transport.sendMail({
      from,
      to,
      subject: title,
      text,
      messageId: `<${key}@daychain>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { sent: true, answer: shown(response, [server, ...to]) };
  } catch (error) {
    const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string };
    const again = responseCode === undefined ? code !== 'EENVELOPE' && code !== 'EAUTH' : responseCode < 500;
    const answer = response ? shown(response, [server, ...to]) : `no answer (${code ?? 'network error'})`;
    return { sent: false, again, afterMs: null, answer };
  } finally {
    transport.close();
  }
}

/** A server's own words, without what it repeats of ours: they go into histories. */
function shown(response: string, secrets: readonly string[]): string {
  const { username, password } = URL.canParse(secrets[0] ?? '') ? new URL(secrets[0]!) : { username: '', password: '' };
  const hidden = [...secrets, username, password, decodeURIComponent(username), decodeURIComponent(password)];
  const text = hidden.filter((one) => one !== '').reduce((words, one) => words.replaceAll(one, '****'), response);
  return text.replaceAll(/\s+/g, ' ').slice(0, MOST_ANSWER);
}
