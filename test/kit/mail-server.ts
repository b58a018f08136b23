/** A real SMTP server for one test file: keeps what it is sent, refuses whom the test says. */
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterwards } from '../support/servers.js';

export interface MailServer {
  url: string;
  mails: Email[];
  /** The answer to a recipient: a status like 550, or undefined to take it. */
  refuse: (address: string) => number | undefined;
}

export async function startMailServer(): Promise<MailServer> {
  const found: MailServer = { url: '', mails: [], refuse: () => undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _, callback) {
      const code = found.refuse(address);
      callback(code === undefined ? undefined : Object.assign(new Error('not here'), { responseCode: code }));
    },
    onData(stream, _, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          found.mails.push(mail);
          callback();
        });
      });
    },
  });
  // A client that is killed resets its connection; nobody but it is concerned.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => new Promise<void>((resolve) => server.close(() => resolve())));
  found.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return found;
}
