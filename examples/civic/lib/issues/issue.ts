/** Issues as GitHub sends and keeps them: the fields this project reads. */
import { z } from 'daychain';

/** Says that a contribution has been checked and may be published (ORIGINS 2.1). */
export const CHARTER_LABEL = 'conforme charte';

export const issueSchema = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  body: z.string().nullable(),
  html_url: z.url(),
  created_at: z.iso.datetime({ offset: true }),
  state: z.enum(['open', 'closed']).default('open'),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])).default([]),
  assignees: z.array(z.object({ login: z.string() })).default([]),
  /** Present on pull requests, which GitHub lists among the issues. */
  pull_request: z.unknown().optional(),
});
export type Issue = z.infer<typeof issueSchema>;

/** `owner/name` */
export const repositorySchema = z.string().regex(/^\w[\w.-]*\/\w[\w.-]*$/, 'owner/name');

export function labelNames({ labels }: Pick<Issue, 'labels'>): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : label.name));
}

/** The same for an issue however often and from wherever it comes: nothing doubles (defect 6). Letters, digits, - and _. */
export function issueId(repository: string, number: number): string {
  return `github-${repository
    .toLowerCase()
    .replace('/', '__')
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 60)}-${number}`;
}
