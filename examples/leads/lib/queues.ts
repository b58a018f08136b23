/** The queues, each in a table of what it is about, in the original's words. */
import type { BatchQueue } from 'daychain/kit';

const WORDS = { waiting: 'Queued', working: 'Processing', done: 'Completed', dead: 'Error' } as const;
const SMALL = { waiting: 'queued', working: 'processing', done: 'completed', dead: 'error' } as const;

/** A queue of contacts that a service takes: `brevo` has the columns `brevo_processing_status`, `brevo_processing_attempts` … */
const ofContacts = <const Prefix extends string>(service: Prefix) =>
  ({ table: 'contacts', prefix: `${service}_processing_`, states: WORDS }) as const;

export const queues = {
  places: { table: 'places', prefix: 'deep_scan_', states: WORDS },
  businesses: { table: 'businesses', prefix: 'domain_extraction_', states: WORDS },
  domains: { table: 'domains', states: { ...SMALL, waiting: 'pending' } },
  sitemaps: { table: 'domains', prefix: 'sitemap_analysis_', states: { ...SMALL, done: 'submitted', dead: 'failed' } },
  imports: { table: 'sitemap_files', prefix: 'sitemap_import_', states: WORDS },
  pages: { table: 'pages', prefix: 'page_processing_', states: WORDS },
  debounce: ofContacts('debounce'),
  brevo: ofContacts('brevo'),
  hubspot: ofContacts('hubspot'),
  n8n: ofContacts('n8n'),
} as const satisfies Record<string, BatchQueue>;

export type QueueName = keyof typeof queues;
/** Where contacts go. */
export type ContactService = 'brevo' | 'hubspot' | 'n8n';

/** The setting without which nobody works on a queue. */
export const NEEDS: Partial<Record<QueueName, 'DEBOUNCE_API_KEY' | 'BREVO_API_KEY' | 'HUBSPOT_API_KEY' | 'N8N_WEBHOOK_URL'>> = {
  debounce: 'DEBOUNCE_API_KEY',
  brevo: 'BREVO_API_KEY',
  hubspot: 'HUBSPOT_API_KEY',
  n8n: 'N8N_WEBHOOK_URL',
};

/** What the work on a queue brings forth: rows of another table. Where it moves and nothing comes of it, something is broken. */
export const FLOWS: readonly { from: QueueName; to: 'businesses' | 'domains' | 'sitemap_files' | 'pages' | 'contacts' }[] = [
  { from: 'places', to: 'businesses' },
  { from: 'businesses', to: 'domains' },
  { from: 'sitemaps', to: 'sitemap_files' },
  { from: 'imports', to: 'pages' },
  { from: 'pages', to: 'contacts' },
];
