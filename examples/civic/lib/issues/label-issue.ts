/** The charter's label, written back to an issue that may be published (O-51). */
import type { Http } from 'daychain/kit';
import { gitHubHeaders, type IssueSource } from './fetch-issues.js';
import { keepIssue, type Received } from './inbox.js';
import { CHARTER_LABEL, labelNames } from './issue.js';

export interface Labelling {
  inbox: string;
  http(): Promise<Http>;
  /** Where the issues are; null: the label is written into the inbox only. */
  source: IssueSource | null;
  /** Issues nobody is assigned to are passed over, as the original did. */
  unassigned: boolean;
}

/**
 * Adding a label that is there changes nothing, neither at GitHub nor in the inbox: this may be repeated.
 * @returns `skipped` where the label is there, or nobody is assigned
 */
export async function labelIssue(received: Received, labelling: Labelling, signal: AbortSignal): Promise<'written' | 'skipped'> {
  const { repository, issue } = received;
  if (labelNames(issue).includes(CHARTER_LABEL)) return 'skipped';
  if (issue.assignees.length === 0 && !labelling.unassigned) return 'skipped';
  const { source } = labelling;
  if (source !== null && source.repository === repository) {
    const http = await labelling.http();
    const url = `${source.url}/repos/${repository}/issues/${issue.number}/labels`;
    // The same label twice is one: this may be sent again.
    await http.post(url, { labels: [CHARTER_LABEL] }, { signal, headers: gitHubHeaders(source.token), idempotencyKey: url });
  }
  await keepIssue(labelling.inbox, { repository, issue: { ...issue, labels: [...issue.labels, CHARTER_LABEL] } });
  return 'written';
}
