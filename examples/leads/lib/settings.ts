import { env } from 'daychain';
import { jobSettings } from './jobs.js';

const key = (whose: string) => env.text({ description: `key of ${whose}`, secret: true, default: null });

export const settings = {
  ...jobSettings(),

  DATABASE_URL: env.url({
    schemes: ['postgres', 'postgresql'],
    description: 'Postgres; without one, PGlite in .daychain/pglite',
    secret: true,
    default: null,
  }),
  LEADS_SOURCE: env.choice(['sample', 'internet'], {
    description: 'the bundled places and sites, or real ones',
    default: 'sample',
  }),
  LEADS_ITEM_TIMEOUT: env.duration({ description: 'longest work on one row', default: '55 seconds' }),
  LEADS_PAUSE_MS: env.integer({ description: 'milliseconds before each request to a site', default: 0, least: 0, most: 60_000 }),
  INNER_HOSTS: env.list({ description: 'hosts that may be asked although they are not public: 127.0.0.1:8080', default: [] }),

  // Services; a task whose key is missing is disabled
  GOOGLE_MAPS_API_KEY: env.text({
    description: 'key of Google Places; with it places are looked up there',
    secret: true,
    default: null,
  }),
  GOOGLE_PLACES_URL: env.url({
    schemes: ['http', 'https'],
    description: 'where the Places API is',
    default: 'https://places.googleapis.com',
  }),
  DEBOUNCE_API_KEY: key('debounce.io, which checks addresses'),
  DEBOUNCE_URL: env.url({ schemes: ['http', 'https'], description: 'where its API is', default: 'https://api.debounce.io' }),
  BREVO_API_KEY: key('Brevo'),
  BREVO_URL: env.url({ schemes: ['http', 'https'], description: 'where its API is', default: 'https://api.brevo.com' }),
  HUBSPOT_API_KEY: key('HubSpot, a private app’s token'),
  HUBSPOT_URL: env.url({ schemes: ['http', 'https'], description: 'where its API is', default: 'https://api.hubapi.com' }),
  N8N_WEBHOOK_URL: env.url({
    schemes: ['http', 'https'],
    description: 'webhook in n8n that takes contacts',
    secret: true,
    default: null,
  }),

  // Watching
  QUEUE_ALARM_HOURS: env.number({
    description: 'hours without movement that raise the alarm',
    default: 24,
    least: 0.01,
    most: 720,
  }),
  LEADS_METRICS: env.text({
    description: 'file of the queues’ depths for Prometheus; out/queues.prom if not set',
    default: null,
  }),
};
