import { defineTask, TaskError, z } from 'daychain';
import { sendContacts } from '../lib/contacts.js';

/** What became of a batch of one. Where nothing was done the status is still a success, 207, and the errors say why. */
const answer = z.object({
  results: z.array(z.object({ id: z.string() })),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

export default defineTask({
  summary: 'Bring contacts into HubSpot',
  tags: ['queue', 'contacts', 'crm'],
  needs: ['HUBSPOT_API_KEY'],
  async run(ctx) {
    const { HUBSPOT_API_KEY, HUBSPOT_URL } = ctx.settings;
    return await sendContacts(ctx, 'hubspot', 'HUBSPOT_SYNC', async ({ email, domain, title }, { http, ...request }) => {
      const response = await http.post(
        new URL('/crm/v3/objects/contacts/batch/upsert', HUBSPOT_URL),
        { inputs: [{ idProperty: 'email', id: email, properties: { email, website: domain, company: title ?? domain } }] },
        { ...request, headers: { authorization: `Bearer ${HUBSPOT_API_KEY}` } },
      );
      const { results, errors } = response.json(answer);
      if (results.length > 0 && errors.length === 0) return;
      throw new TaskError(`HubSpot did not take it: ${errors.map(({ message }) => message).join('; ') || 'it does not say why'}`);
    });
  },
});
