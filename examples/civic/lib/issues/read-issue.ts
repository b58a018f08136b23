/** An issue of the form as a contribution (ORIGINS 2.1: title, submitted-on line, category, two headings). */
import { CATEGORIES, type Category, type Contribution } from '../contributions.js';
import { fold } from '../words.js';
import { readFrenchDate, withOffset } from './french-dates.js';
import { issueId, type Issue } from './issue.js';

const FINDING = /^#{1,6}\s*\W*(?:constat|observation)/i;
const IDEAS = /^#{1,6}\s*\W*(?:vos\s+)?(?:id[ée]es?|propositions?|am[ée]liorations?)/i;

/**
 * Reads the form leniently: what stands under no heading counts as finding, so that no word a citizen wrote goes unread.
 * A category nobody knows is none (the original took the first).
 */
export function contributionOf(repository: string, issue: Issue, timeZone: string): Contribution {
  const parts = { finding: [] as string[], ideas: [] as string[] };
  let part: keyof typeof parts = 'finding';
  let category = categoryNamed(/^\s*\[([^\]]+)\]/.exec(issue.title)?.[1]);
  let submitted: string | null = null;
  for (const line of (issue.body ?? '').split(/\r?\n/)) {
    const named = /^\W*cat[ée]gorie\W*:?\s*(.+)$/i.exec(line) ?? /^\W*category\W*:?\s*(.+)$/i.exec(line);
    const sent = /^\W*(?:soumis|envoy[ée]|d[ée]pos[ée]|submitted)\w*\s+(?:le|on)\b(.*)$/i.exec(line);
    if (FINDING.test(line)) part = 'finding';
    else if (IDEAS.test(line)) part = 'ideas';
    else if (named) category = categoryNamed(named[1]) ?? category;
    else if (sent && submitted === null) submitted = readFrenchDate(sent[1] ?? '');
    else parts[part].push(line);
  }
  const [constat_factuel, idees_ameliorations] = [joined(parts.finding), joined(parts.ideas)];
  return {
    id: issueId(repository, issue.number),
    category,
    constat_factuel,
    idees_ameliorations,
    title: issue.title,
    body: issue.body ?? '',
    source: 'github',
    parent_id: null,
    distance_from_parent: 0,
    similarity_to_parent: 1,
    expected_valid: null,
    violations_injected: null,
    metadata: {
      mutation_type: null,
      llm_generated: false,
      submitted_at: earlier(submitted ?? readFrenchDate(issue.title), issue.created_at, timeZone),
    },
  };
}

/** The form's own time, unless it lies after the moment the issue was there: no slip of the pen holds a text back. */
function earlier(local: string | null, created: string, timeZone: string): string {
  const written = local === null ? null : withOffset(local, timeZone);
  return written !== null && Date.parse(written) < Date.parse(created) ? written : created;
}

function categoryNamed(text: string | undefined): Category | null {
  const wanted = fold(text ?? '')
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '');
  return CATEGORIES.find((category) => category === wanted) ?? null;
}

function joined(lines: string[]): string {
  return lines.join('\n').trim();
}
