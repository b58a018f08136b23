import { defineTask } from 'daychain';
import { sql } from 'kysely';
import { clientsOf } from '../lib/context.js';
import { TABLES } from '../lib/database.js';

export default defineTask({
  summary: 'Refresh the planner’s statistics of every table, and keep how large they are',
  tags: ['database'],
  timeout: '2 hours',
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const done = await ctx.forEach(Object.keys(TABLES), { key: (table) => table }, async (table) => {
      await sql`analyze ${sql.table(table)}`.execute(db);
      const { rows } = await sql<{ rows: number }>`select count(*)::int as rows from ${sql.table(table)}`.execute(db);
      const found = { rows: rows[0]!.rows };
      await db
        .insertInto('maintenance')
        .values({ date: ctx.date, table_name: table, ...found })
        .onConflict((conflict) => conflict.columns(['date', 'table_name']).doUpdateSet(found))
        .execute();
    });
    return { tables: done.succeeded };
  },
});
