import { defineTask } from 'daychain';
import { sendContacts } from '../lib/contacts.js';

export default defineTask({
  summary: 'Bring contacts into HubSpot',
  tags: ['queue', 'contacts', 'crm'],
  needs: ['HUBSPOT_API_KEY'],
  async run(ctx) {
    const { HUBSPOT_API_KEY, HUBSPOT_URL } = ctx.settings;
    return await sendContacts(ctx, 'hubspot', 'HUBSPOT_SYNC', ({ email, domain, title }, { http, ...request }) =>
      http.post(
        new URL('/crm/v3/objects/contacts/batch/upsert', HUBSPOT_URL),
        { inputs: [{ idProperty: 'email', id: email, properties: { email, website: domain, company: title ?? domain } }] },
        { ...request, headers: { authorization: `Bearer ${HUBSPOT_API_KEY}` } },
      ),
    );
  },
});
