/** The receiving end of a GitHub webhook: signature, then disk, then the answer. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { keepIssue, receivedSchema, type Received } from './inbox.js';

export interface Receiving {
  inbox: string;
  /** What the webhook signs with. */
  secret: string;
  /** Told of every delivery that was kept. */
  onKept?(received: Received): void;
}

/** Longest body, in bytes. GitHub's own limit is 25 MB; an issue is far smaller. */
const MOST_BYTES = 1_000_000;
/** What a delivery may be about; the rest is acknowledged and let go. */
const ACTIONS = ['opened', 'edited', 'reopened', 'labeled', 'unlabeled', 'assigned', 'unassigned'];

/**
 * Answers 202 once the issue is on the disk, 204 for what is no news of an issue, 401 without a right signature, 400 for what is no
 * delivery, 413 beyond the limit, 500 if it could not be kept: GitHub shows that and lets it be sent again.
 */
export function receiver(receiving: Receiving): Server {
  return createServer((request, response) => {
    void answer(request, receiving).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );
  });
}

async function answer(request: IncomingMessage, { inbox, secret, onKept }: Receiving): Promise<number> {
  if (request.method !== 'POST') return 405;
  const body = await readBody(request);
  if (body === null) return 413;
  if (!isSigned(body, request.headers['x-hub-signature-256'], secret)) return 401;
  if (request.headers['x-github-event'] !== 'issues') return 204;
  const delivery = parsed(body);
  if (!ACTIONS.includes(String(delivery.action))) return 204;
  const received = receivedSchema.safeParse({
    repository: (delivery.repository as { full_name?: unknown } | undefined)?.full_name,
    issue: delivery.issue,
  });
  if (!received.success) return 400;
  await keepIssue(inbox, received.data);
  onKept?.(received.data);
  return 202;
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    // Read to the end, so that the answer is heard, but kept no longer.
    if (bytes <= MOST_BYTES) parts.push(part);
  }
  return bytes > MOST_BYTES ? null : Buffer.concat(parts);
}

/** Whether the body was signed with the secret, told in a time that does not depend on how far it is right. */
export function isSigned(body: Buffer, signature: string | string[] | undefined, secret: string): boolean {
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(typeof signature === 'string' ? signature : '');
  return given.length === right.length && timingSafeEqual(given, right);
}

function parsed(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
