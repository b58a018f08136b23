import { defineTask } from 'daychain';
import { sendContacts } from '../lib/contacts.js';

export default defineTask({
  summary: 'Hand contacts to a workflow in n8n',
  tags: ['queue', 'contacts', 'crm'],
  needs: ['N8N_WEBHOOK_URL'],
  async run(ctx) {
    return await sendContacts(ctx, 'n8n', 'N8N_SYNC', ({ id, email, verdict, domain, title }, { http, ...request }) =>
      http.post(ctx.settings.N8N_WEBHOOK_URL!, { id, email, verdict, domain, company: title ?? domain }, request),
    );
  },
});
