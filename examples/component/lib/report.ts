/** What happened on some days, by the logs and tickets. */
import { sql } from 'kysely';
import type { Database } from './database.js';
import { dayEnd, dayStart } from './days.js';

/** From one date to another, `YYYYMMDD`, both included. */
export async function reportOf(db: Database, from: string, to: string): Promise<{ lines: number; text: string }> {
  const [since, until] = [dayStart(from), dayEnd(to)];
  const levels = await db
    .selectFrom('logs')
    .select(['level', 'source', sql<number>`count(*)::int`.as('lines')])
    .where('at', '>=', since)
    .where('at', '<', until)
    .groupBy(['level', 'source'])
    .orderBy('level')
    .orderBy('source')
    .execute();
  const opened = await db
    .selectFrom('tickets')
    .select(['id', 'subject', 'state'])
    .where('opened', '>=', since)
    .where('opened', '<', until)
    .orderBy('id')
    .execute();
  const text = [
    `# ${from === to ? from : `${from} to ${to}`}`,
    '',
    '| level | source | lines |',
    '| --- | --- | --- |',
    ...levels.map(({ level, source, lines }) => `| ${level} | ${source} | ${lines} |`),
    '',
    `${opened.length} tickets were opened.`,
    ...opened.map(({ id, subject, state }) => `- ${id} (${state}): ${subject}`),
    '',
  ].join('\n');
  return { lines: levels.reduce((sum, { lines }) => sum + lines, 0), text };
}
