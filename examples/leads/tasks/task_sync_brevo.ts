import { defineTask, TaskError } from 'daychain';
import { sendContacts } from '../lib/contacts.js';

export default defineTask({
  summary: 'Bring contacts into Brevo',
  tags: ['queue', 'contacts', 'crm'],
  needs: ['BREVO_API_KEY'],
  async run(ctx) {
    const { BREVO_API_KEY, BREVO_URL } = ctx.settings;
    return await sendContacts(ctx, 'brevo', 'BREVO_SYNC', async ({ email, domain, title }, { http, ...request }) => {
      const { status } = await http.post(
        new URL('/v3/contacts', BREVO_URL),
        // The address is the key there: a second time changes nothing.
        { email, updateEnabled: true, attributes: { COMPANY: title ?? domain, WEBSITE: domain } },
        { ...request, headers: { 'api-key': BREVO_API_KEY! } },
      );
      // Any other answer is somebody else's, a proxy's page or where a redirect leads to.
      if (status !== 201 && status !== 204) throw new TaskError(`Brevo answered ${status}: neither created nor updated`);
    });
  },
});
