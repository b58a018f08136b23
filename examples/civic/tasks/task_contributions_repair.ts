import { defineTask, z } from 'daychain';
import { outFolder } from '../lib/files.js';
import { readRecords, writeRecord } from '../lib/records.js';

const STATES = ['quarantined', 'valid', 'flagged'] as const;

export default defineTask({
  summary: 'Put contributions without a verdict, or with a doubtful one, back among those that wait',
  tags: ['charter', 'repair'],
  params: z
    .object({
      /** Only these ids. Default: all in the states named. */
      ids: z.array(z.string().min(1)).min(1).optional(),
      /** Which are put back. Those with a verdict only by their ids: a slip must not undo a year of verdicts. */
      states: z.array(z.enum(STATES)).min(1).default(['quarantined']),
      /** Says what would be put back, and changes nothing. */
      dryRun: z.boolean().default(false),
    })
    .refine(({ ids, states }) => ids !== undefined || states.every((state) => state === 'quarantined'), {
      error: 'name the ids: verdicts are put back one by one',
      path: ['ids'],
    }),
  async run(ctx) {
    const { ids, states, dryRun } = ctx.params;
    return ctx.lock('civic-contributions', { ttl: '15 seconds', wait: '10 minutes' }, async () => {
      const root = outFolder(ctx);
      const wanted: readonly string[] = states;
      const found = (await readRecords(root)).filter(
        ({ id, state, task_id }) => task_id === ctx.taskId || ((ids?.includes(id) ?? true) && wanted.includes(state)),
      );
      for (const id of ids ?? []) {
        if (!found.some((record) => record.id === id))
          ctx.warn(`${id} is not among the contributions that are ${states.join(' or ')}`);
      }
      if (found.length === 0) return ctx.noWork('nothing_to_repair');
      const repaired = found.map(({ id, state, error }) => ({ id, was: state, error }));
      for (const record of dryRun ? [] : found) {
        ctx.signal.throwIfAborted();
        await writeRecord(root, {
          ...record,
          state: 'pending',
          judgement: null,
          error: null,
          label: 'none',
          task_id: ctx.taskId,
        });
      }
      ctx.log.info(dryRun ? 'would be put back' : 'put back', { contributions: repaired.map(({ id }) => id) });
      return { contributions_repaired: dryRun ? 0 : found.length, repaired: repaired.slice(0, 50), dry_run: dryRun };
    });
  },
});
