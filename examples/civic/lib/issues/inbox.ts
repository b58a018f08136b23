/** Issues that were received, one file each: `out/inbox/<id>.json`. Written whole before anybody is told that they were. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'daychain';
import { readJson, writeWhole } from '../files.js';
import { issueId, issueSchema, repositorySchema } from './issue.js';

export const receivedSchema = z.object({ repository: repositorySchema, issue: issueSchema });
export type Received = z.infer<typeof receivedSchema>;

/** Keeps an issue, in place of an older state of it. Repeated deliveries leave one file. */
export function keepIssue(inbox: string, received: Received): Promise<void> {
  return writeWhole(join(inbox, `${issueId(received.repository, received.issue.number)}.json`), received);
}

/** All that were received and are no pull request, in the order of their files. A file that is no issue is an error that names it. */
export async function readInbox(inbox: string): Promise<Received[]> {
  await mkdir(inbox, { recursive: true });
  const names = (await readdir(inbox)).filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  const all = await Promise.all(names.map(async (name) => receivedSchema.parse(await readJson(join(inbox, name)))));
  return all.filter(({ issue }) => issue.pull_request === undefined);
}
