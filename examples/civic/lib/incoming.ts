/** Everything that was sent in: the bundled box, and the issues that were received. */
import { z } from 'daychain';
import { contributionSchema, readContributions, submittedOn } from './contributions.js';
import { inProject, readJson } from './files.js';
import { readInbox, receivedSchema, type Received } from './issues/inbox.js';
import { CHARTER_LABEL, issueId, labelNames } from './issues/issue.js';
import { contributionOf } from './issues/read-issue.js';
import type { Incoming } from './records.js';

export interface ReceivedTexts {
  all: Incoming[];
  /** Ids that stood there more than once: only the first counts. */
  repeated: { id: string; file: string }[];
}

export interface Sources {
  /** `mockup`: the box of bundled files; `github`: issues; O-48. */
  source: 'mockup' | 'github' | 'both';
  /** Folder of the box. */
  folder: string;
  inbox: string;
  /** Whether the issues bundled with the project count: where no repository is configured. */
  sampleIssues: boolean;
  timeZone: string;
}

/** What had been sent in by the date, oldest first. Texts without a day are never held back: their check says what is wrong with them. */
export async function readIncoming(sources: Sources, date: string): Promise<ReceivedTexts> {
  const found = [
    ...(sources.source === 'github' ? [] : await fromBox(sources)),
    ...(sources.source === 'mockup' ? [] : await fromIssues(sources)),
  ];
  const all = new Map<string, Incoming>();
  const repeated: Incoming[] = [];
  for (const one of found) {
    if (all.has(one.id)) repeated.push(one);
    else all.set(one.id, one);
  }
  const here = [...all.values()].filter(({ day }) => (day ?? date) <= date);
  return { all: here.sort((a, b) => moment(a).localeCompare(moment(b)) || a.id.localeCompare(b.id)), repeated };
}

async function fromBox({ folder, timeZone }: Sources): Promise<Incoming[]> {
  return (await readContributions(folder)).map((raw) => {
    const parsed = contributionSchema.safeParse(raw.record);
    const problem = parsed.success ? null : `${raw.file}: ${raw.id} is no contribution. ${z.prettifyError(parsed.error)}`;
    return {
      id: raw.id,
      file: raw.file,
      contribution: parsed.data ?? null,
      problem,
      received: null,
      day: submittedOn(raw, timeZone),
    };
  });
}

async function fromIssues({ inbox, sampleIssues, timeZone }: Sources): Promise<Incoming[]> {
  const kept = await readInbox(inbox);
  const byId = new Map<string, Received>();
  for (const received of [...(sampleIssues ? await sample() : []), ...kept]) {
    byId.set(issueId(received.repository, received.issue.number), received);
  }
  return [...byId].flatMap(([id, received]) => {
    // Labelled by hand, or closed: nobody asks for a check. One this project labelled has a record that says so.
    if (received.issue.state === 'closed') return [];
    const contribution = contributionOf(received.repository, received.issue, timeZone);
    const day = submittedOn({ id, file: id, record: contribution }, timeZone);
    return [{ id, file: `issue ${received.issue.number}`, contribution, problem: null, received, day }];
  });
}

/** Whether an issue carried the charter's label when it came: then somebody has checked it. */
export function isLabelled({ received }: Incoming): boolean {
  return received !== null && labelNames(received.issue).includes(CHARTER_LABEL);
}

async function sample(): Promise<Received[]> {
  return z.array(receivedSchema).parse(await readJson(inProject('data', 'issues', 'issues.json')));
}

function moment({ contribution }: Incoming): string {
  const at = contribution?.metadata.submitted_at;
  return at === undefined ? '' : new Date(at).toISOString();
}
