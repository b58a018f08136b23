import { defineProject, env, type ClientsOf, type SettingsOf } from 'daychain';
import { createHttp } from 'daychain/kit';

export const settings = {
  CIVIC_OUT: env.text({ description: 'folder of the results; out/ in the project where nothing is said', default: null }),
  INNER_HOSTS: env.list({
    description: 'hosts that may be asked although they are not public: intranet.example, or 127.0.0.1:8080',
    default: [],
  }),

  // What the town's site is read with
  CRAWL_SOURCES: env.text({ description: 'file that lists the sources; data/sources.json where nothing is said', default: null }),
  CRAWL_PAUSE: env.duration({
    description: 'between two requests to a real site; its robots.txt may ask for more',
    default: '1 second',
  }),
  CRAWL_TIMEOUT: env.duration({ description: 'longest wait for one page', default: '15 seconds' }),
  FIRECRAWL_API_KEY: env.text({
    description: 'key of firecrawl.dev: with it, real sites are read there',
    secret: true,
    default: null,
  }),
  FIRECRAWL_URL: env.url({ description: 'where the Firecrawl API is', default: 'https://api.firecrawl.dev' }),

  // Prompts, experiments and costs
  OPIK_API_KEY: env.text({ description: 'key of Opik; without one, files below out/ stand for it', secret: true, default: null }),
  OPIK_URL: env.url({ description: 'where the Opik API is', default: 'https://www.comet.com/opik/api' }),
  OPIK_WORKSPACE: env.text({ description: 'workspace in Opik', default: 'default' }),
  OPIK_PROJECT_NAME: env.text({ description: 'project in Opik', default: 'civic' }),
  USD_TO_EUR: env.number({ description: 'euros for a dollar, in the costs', default: 0.92, least: 0.01, most: 100 }),
  COST_LIMIT_USD: env.number({ description: 'dollars a day, above which the costs warn', default: 5, least: 0 }),
};

const project = defineProject({
  name: 'civic',
  timezone: 'Europe/Paris',
  defaults: { timeout: '15 minutes', retry: { retries: 3, delay: '5 minutes' } },
  settings,
  clients: {
    /** For the APIs of others. Sites are read with a client of their own: it has other limits. */
    http: ({ settings: { INNER_HOSTS } }) => createHttp({ allow: INNER_HOSTS }),
  },
});
export default project;

declare module 'daychain' {
  interface ProjectSettings extends SettingsOf<typeof settings> {}
  interface ProjectClients extends ClientsOf<typeof project> {}
}
