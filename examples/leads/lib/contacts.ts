/** Contacts on their way to a service: one queue per service, so that one that is down holds up no other. */
import { sql } from 'kysely';
import { PermanentError, type Ended, type TaskContext } from 'daychain';
import { claimBatch, type BatchDone, type Http } from 'daychain/kit';
import type { JobName } from './jobs.js';
import { queues, type ContactService } from './queues.js';
import { AWAITED, NOT_QUEUED, sortByVerdict } from './verdicts.js';

export interface Contact {
  id: number;
  email: string;
  verdict: string | null;
  domain: string;
  title: string | null;
}

interface Sending {
  http: Http;
  signal: AbortSignal;
  /** The same for every attempt: a service that honours it takes the contact once. */
  idempotencyKey: string;
}

/**
 * Sends each contact that is due. Addresses that were checked and found bad are filtered, and go nowhere. Where addresses are
 * checked none goes out unchecked: those whose verdict is awaited are not queued, those whose check was given up are given up.
 */
export async function sendContacts(
  ctx: TaskContext,
  service: ContactService,
  job: JobName,
  send: (contact: Contact, sending: Sending) => Promise<unknown>,
): Promise<BatchDone | Ended> {
  const db = await ctx.clients.sql();
  const http = await ctx.clients.http();
  const size = ctx.settings[`${job}_SCHEDULER_BATCH_SIZE`];
  const areChecked = ctx.settings.DEBOUNCE_API_KEY !== null;
  await sortByVerdict(db, service, areChecked);
  const options = { ...queues[service], size, timeout: ctx.settings.LEADS_ITEM_TIMEOUT };
  const done = await claimBatch(ctx, db, options, async ({ id }, { signal }) => {
    const { rows } = await sql<Contact & { awaited: boolean; fault: string | null }>`
      select contacts.id, email, email_verdict as verdict, domain, domains.title, ${AWAITED} as awaited,
        debounce_processing_last_error as fault from contacts
      join pages on pages.id = page_id join domains on domains.id = domain_id where contacts.id = ${id}`.execute(db);
    const { awaited, fault, ...contact } = rows[0]!;
    if (areChecked && contact.verdict === null) {
      // It came between the sorting and the claim.
      if (awaited) return { as: NOT_QUEUED, label: 'verdict_awaited' };
      throw new PermanentError(`the check of its address was given up: ${fault ?? 'no cause is on record'}`);
    }
    if (contact.verdict === 'invalid') return { as: 'Filtered', label: 'filtered' };
    await send(contact, { http, signal, idempotencyKey: `leads-${service}-contact-${id}` });
    return 'sent';
  });
  return done.processed === 0 ? ctx.noWork('no_contacts_queued') : done;
}
