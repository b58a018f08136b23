/** Where addresses are checked, a contact waits for its verdict before any service may have it. */
import { sql, type Kysely } from 'kysely';
import type { Tables } from './database.js';
import { queues, type ContactService } from './queues.js';

/** The original's word for a contact that is not queued yet. */
export const NOT_QUEUED = 'New';

const { waiting, working } = queues.debounce.states;
/** The check is still to come, or to come again: whoever waits for it does not wait for ever. */
export const AWAITED = sql<boolean>`email_verdict is null and debounce_processing_status in (${waiting}, ${working})`;

/**
 * Takes contacts whose verdict is awaited out of a service's queue, and queues those that wait for none: it is there, the check
 * was given up, or addresses are no longer checked.
 */
export async function sortByVerdict(db: Kysely<Tables>, service: ContactService, areChecked: boolean): Promise<void> {
  const column = (name: string) => sql.id(queues[service].prefix + name);
  // Rows that others hold are left for the next time: nobody waits for a lock here, or can be waited for in a circle.
  const move = (from: string, to: string, which: typeof AWAITED) =>
    sql`
      with found as materialized (
        select id from contacts where ${column('status')} = ${from} and ${which} for update skip locked)
      update contacts set ${column('status')} = ${to}, ${column('attempts')} = 0, ${column('next_attempt_at')} = null,
        ${column('changed_at')} = now()
      from found where contacts.id = found.id`.execute(db);
  const queued = queues[service].states.waiting;
  if (areChecked) await move(queued, NOT_QUEUED, AWAITED);
  await move(NOT_QUEUED, queued, areChecked ? sql`not (${AWAITED})` : sql`true`);
}
