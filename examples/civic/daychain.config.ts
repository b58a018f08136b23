import { defineProject } from 'daychain';

export default defineProject({
  name: 'civic',
  timezone: 'Europe/Paris',
  defaults: { timeout: '15 minutes', retry: { retries: 3, delay: '5 minutes' } },
});
