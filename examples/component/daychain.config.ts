import { defineProject, env } from 'daychain';
import { mailClient } from 'daychain/kit';
import { settingsOf } from './lib/context.js';
import { type Database, openDatabase } from './lib/database.js';
import { ZONE } from './lib/days.js';
import { inProject } from './lib/files.js';

export const settings = {
  DATABASE_URL: env.url({
    schemes: ['postgres', 'postgresql'],
    description: 'Postgres; without one, PGlite in .data/',
    secret: true,
    default: null,
  }),
  SMTP_URL: env.url({
    schemes: ['smtp', 'smtps'],
    description: 'where mail is sent; without one, it is written to out/mail/',
    secret: true,
    default: null,
  }),
  MAIL_FROM: env.text({ description: 'sender of all mail', default: 'Component <component@example.org>' }),
  MAIL_RETRY_SECONDS: env.integer({
    description: 'from one attempt of a mail of the morning to the next',
    default: 60,
    least: 0,
    most: 60,
  }),
  TEAM_MAIL: env.text({ description: 'who gets the weekly report', default: 'team@example.org' }),
  API_URL: env.url({
    schemes: ['http', 'https'],
    description: 'API that is synced; without one, a sample of it answers on loopback',
    default: null,
  }),
  API_TOKEN: env.text({ description: 'bearer token of that API', secret: true, default: 'sample-token' }),
  API_TIMEOUT_SECONDS: env.integer({ description: 'longest wait for one answer of that API', default: 30, least: 1 }),
  COMPONENT_DATA: env.text({ description: 'folder of what comes in: uploads, temporary files', default: '.data' }),
  COMPONENT_OUT: env.text({ description: 'folder of what goes out: backups, reports, mail', default: 'out' }),
  BACKUPS_KEPT: env.integer({ description: 'backups that are kept', default: 7, least: 1 }),
};

export default defineProject({
  name: 'component',
  timezone: ZONE,
  settings,
  clients: {
    sql: {
      open: (tools) => openDatabase({ url: settingsOf(tools).DATABASE_URL, dir: tools.dir }),
      close: (db: Database) => db.destroy(),
    },
    mail: mailClient((tools) => {
      const { SMTP_URL, MAIL_FROM, COMPONENT_OUT } = settingsOf(tools);
      return { url: SMTP_URL, from: MAIL_FROM, outbox: inProject(COMPONENT_OUT, 'mail') };
    }),
  },
});
