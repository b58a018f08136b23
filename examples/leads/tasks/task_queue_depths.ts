import { basename, dirname } from 'node:path';
import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { inProject } from '../lib/files.js';
import { queues, type QueueName } from '../lib/queues.js';
import { depths } from '../lib/watched.js';

const NUMBERS = ['due', 'later', 'working', 'done', 'dead'] as const;

export default defineTask({
  summary: 'Note how full each queue is, in the database and for Prometheus',
  tags: ['watch'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const found = await depths(db, Object.keys(queues) as QueueName[]);
    const rows = found.map(({ queue, depth: { due, later, working, done, dead } }) => ({
      queue,
      due,
      later,
      working,
      done,
      dead,
    }));
    await db.insertInto('queue_depths').values(rows).execute();

    // As node_exporter's textfile collector reads it.
    const lines = rows.flatMap((row) =>
      NUMBERS.map((state) => `leads_queue_rows{queue="${row.queue}",state="${state}"} ${row[state]}`),
    );
    const text = ['# HELP leads_queue_rows Rows of a queue by state.', '# TYPE leads_queue_rows gauge', ...lines, ''].join('\n');
    const file = ctx.settings.LEADS_METRICS ?? inProject('out', 'queues.prom');
    await writeWhole(dirname(file), basename(file), text, { mode: 0o644 });
    return {
      queues: rows.length,
      due: rows.reduce((sum, { due }) => sum + due, 0),
      dead: rows.reduce((sum, { dead }) => sum + dead, 0),
    };
  },
});
