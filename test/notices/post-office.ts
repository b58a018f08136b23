/** A real mail server: keeps what came, as a reader of mail sees it. */
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { afterwards } from '../support/servers.js';

export interface PostOffice {
  /** With the user's name and password in it. */
  url: string;
  mails: Email[];
  /** Refuses with this code and text from now on; null accepts. */
  refuse(how: { code: number; text: string } | null): void;
}

export async function startPostOffice(user: { name: string; password: string }): Promise<PostOffice> {
  const mails: Email[] = [];
  let refusal: { code: number; text: string } | null = null;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === user.name && password === user.password) done(null, { user: username });
      else done(Object.assign(new Error(`no such user ${username} ${password}`), { responseCode: 535 }));
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusal !== null) return done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          mails.push(mail);
          done();
        });
      });
    },
  });
  // A client that is killed resets its connection; nobody but it is concerned.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  afterwards(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const pair = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;
  return { url: `smtp://${pair}@127.0.0.1:${port}`, mails, refuse: (how) => void (refusal = how) };
}
