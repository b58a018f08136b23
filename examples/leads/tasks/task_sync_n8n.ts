import { defineTask, PermanentError } from 'daychain';
import { sendContacts } from '../lib/contacts.js';

export default defineTask({
  summary: 'Hand contacts to a workflow in n8n',
  tags: ['queue', 'contacts', 'crm'],
  needs: ['N8N_WEBHOOK_URL'],
  async run(ctx) {
    const webhook = new URL(ctx.settings.N8N_WEBHOOK_URL!).href;
    return await sendContacts(ctx, 'n8n', 'N8N_SYNC', async (contact, { http, ...request }) => {
      const { id, email, verdict, domain, title } = contact;
      const { url } = await http.post(webhook, { id, email, verdict, domain, company: title ?? domain }, request);
      // A redirected POST mostly arrives as a GET, with nothing in it: at a page to log in, or at no workflow.
      if (url !== webhook) throw new PermanentError('the webhook redirects: set N8N_WEBHOOK_URL to where it leads');
    });
  },
});
