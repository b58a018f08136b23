import { defineProject, type ClientsOf, type SettingsOf } from 'daychain';
import { createHttp } from 'daychain/kit';
import { leadsDatabase } from './lib/database.js';
import { openPlaces } from './lib/places.js';
import { settings } from './lib/settings.js';
import { openWeb } from './lib/web.js';

const project = defineProject({
  name: 'leads',
  timezone: 'UTC',
  // A row has attempts of its own: the next run of the minute is the retry of this one.
  defaults: { timeout: '10 minutes', retry: { retries: 2, delay: '30 seconds' } },
  settings,
  notices: [{ name: 'ops', on: ['failure', 'recovery'], after: 3, to: { webhook: { url: { env: 'OPS_WEBHOOK' } } } }],
  clients: {
    sql: leadsDatabase(),
    web: openWeb,
    places: openPlaces,
    http: ({ settings: { INNER_HOSTS } }) => createHttp({ allow: INNER_HOSTS, delay: '200 milliseconds' }),
  },
});
export default project;

declare module 'daychain' {
  interface ProjectSettings extends SettingsOf<typeof settings> {}
  interface ProjectClients extends ClientsOf<typeof project> {}
}
