/** Issues asked for in pages, from GitHub or from a webhook that bridges to it (O-48). */
import { z } from 'daychain';
import type { Http } from 'daychain/kit';
import { keepIssue } from './inbox.js';
import { CHARTER_LABEL, issueSchema, labelNames } from './issue.js';

export interface IssueSource {
  /** `owner/name` */
  repository: string;
  /** `https://api.github.com`, or a bridge that answers as it does. */
  url: string;
  token: string | null;
}

/** As many as GitHub gives on a page. The original's bridge gave 200. */
const PER_PAGE = 100;
const MOST_PAGES = 100;

/** Keeps all open issues without the charter's label in the inbox. @returns how many there were */
export async function fetchIssues(http: Http, source: IssueSource, inbox: string, signal: AbortSignal): Promise<number> {
  let kept = 0;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const url = `${source.url}/repos/${source.repository}/issues?state=open&sort=created&direction=asc&per_page=${PER_PAGE}&page=${page}`;
    const found = (await http.get(url, { signal, headers: gitHubHeaders(source.token) })).json(z.array(issueSchema));
    for (const issue of found) {
      if (issue.pull_request !== undefined || labelNames(issue).includes(CHARTER_LABEL)) continue;
      await keepIssue(inbox, { repository: source.repository, issue });
      kept++;
    }
    if (found.length < PER_PAGE) break;
  }
  return kept;
}

export function gitHubHeaders(token: string | null): Record<string, string> {
  return {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}
