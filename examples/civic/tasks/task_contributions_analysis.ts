import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { checkAgainstCharter } from '../lib/charter/charter.js';
import { contributionSchema, readContributions, submittedOn, type RawContribution } from '../lib/contributions.js';
import { dayFolder, inProject } from '../lib/files.js';
import { storeRecord, storeValidations, type ValidationRecord } from '../lib/validations.js';

export default defineTask({
  summary: 'Check the citizens’ contributions against the participation charter',
  tags: ['charter'],
  params: z.object({
    /** Folder of the contributions. Default: the bundled sample. */
    folder: z.string().min(1).optional(),
    /** Contributions checked at most; the others are counted as skipped. */
    limit: z.number().int().min(1).max(5_000).default(500),
    /** Zone in which the day a contribution was sent in is told. */
    timezone: z.string().default('Europe/Paris'),
  }),
  async run(ctx) {
    const { folder, limit, timezone } = ctx.params;
    const all = await readContributions(folder ?? inProject('data', 'contributions'));
    // A past date sees what was there on that date, not what came later.
    const here = all.filter((raw) => (submittedOn(raw, timezone) ?? ctx.date) <= ctx.date);
    if (here.length === 0) return ctx.noWork('no_contributions_to_process');

    const { chosen, repeated } = choose(here, limit);
    for (const { id, file } of repeated) ctx.warn(`${file}: ${id} was there already; only the first of that id is checked`);
    const day = dayFolder(ctx);
    // Each verdict is kept as soon as it is known: a retry goes on after the last finished one and must find the others.
    const done = await ctx.forEach(chosen, { key: ({ id }) => id }, async (raw) => {
      ctx.signal.throwIfAborted();
      const record = check(raw, ctx.taskId);
      await storeRecord(day, record);
      return record.is_valid ? 'valid' : 'flagged';
    });
    const { unchecked } = await storeValidations(day, { date: ctx.date, task_id: ctx.taskId, ids: chosen.map(({ id }) => id) });

    const counts = {
      contributions_fetched: here.length,
      contributions_processed: done.processed,
      contributions_validated: done.count('valid'),
      contributions_flagged: done.count('flagged'),
      contributions_skipped: here.length - chosen.length,
    };
    ctx.log.info('contributions checked', { ...counts, unchecked: unchecked.length });
    return { ...counts, validations: join(ctx.date, 'validations.json') };
  },
});

/** The first of each id, up to the limit. */
function choose(records: RawContribution[], limit: number): { chosen: RawContribution[]; repeated: RawContribution[] } {
  const byId = new Map<string, RawContribution>();
  const repeated: RawContribution[] = [];
  for (const raw of records) {
    if (byId.has(raw.id)) repeated.push(raw);
    else byId.set(raw.id, raw);
  }
  return { chosen: [...byId.values()].slice(0, limit), repeated };
}

/** Never approves what it could not read: a broken record or an empty text throws, and stays unchecked. */
function check(raw: RawContribution, taskId: string): ValidationRecord {
  const parsed = contributionSchema.safeParse(raw.record);
  if (!parsed.success) throw new Error(`${raw.file}: ${raw.id} is no contribution. ${z.prettifyError(parsed.error)}`);
  const { id, title, category, idees_ameliorations, source, expected_valid, violations_injected } = parsed.data;
  return {
    id,
    title,
    category,
    idees_ameliorations,
    source,
    expected_valid,
    violations_injected,
    ...checkAgainstCharter(parsed.data),
    provider: 'rules',
    model: 'charter-1',
    task_id: taskId,
  };
}
