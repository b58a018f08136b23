/**
 * Receives GitHub's webhook for issues and keeps them for the next run of task_contributions_analysis:
 *   GITHUB_WEBHOOK_SECRET=… npx tsx scripts/receive-issues.ts [--port 8787]
 * Listens on this machine only: put a reverse proxy with TLS before it. CIVIC_OUT as for the tasks.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inProject } from '../lib/files.js';
import { receiver } from '../lib/issues/receive.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8787' } } });
const secret = process.env.GITHUB_WEBHOOK_SECRET ?? '';
const port = Number(values.port);
if (secret === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(
    secret === ''
      ? 'GITHUB_WEBHOOK_SECRET is not set: without it anybody could send contributions. Take the secret of the webhook at GitHub.'
      : `--port is ${values.port}: expected a number from 0 to 65535.`,
  );
  process.exit(2);
}

const inbox = process.env.CIVIC_OUT ? join(resolve(process.env.CIVIC_OUT), 'inbox') : inProject('out', 'inbox');
const server = receiver({ inbox, secret, onKept: ({ repository, issue }) => console.log(`kept ${repository}#${issue.number}`) });
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : port}, keeping issues in ${inbox}`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
