import { defineProject, env, type ClientsOf, type ClientTools, type SettingsOf } from 'daychain';
import { createHttp, mailClient } from 'daychain/kit';
import { join } from 'node:path';
import { openDatabase, type Database } from './lib/database.js';

const settings = {
  DATABASE_URL: env.url({
    schemes: ['postgres', 'postgresql'],
    description: 'Postgres of the register; without it a database in .daychain',
    default: null,
    secret: true,
  }),
  BILLING_URL: env.url({
    schemes: ['http', 'https'],
    description: 'the province’s billing service; without it data/ stands in for it',
    default: null,
  }),
  SMTP_URL: env.url({
    schemes: ['smtp', 'smtps'],
    description: 'mail server; without it mails are written to out/mail',
    default: null,
    secret: true,
  }),
  MAIL_FROM: env.text({ description: 'sender of all mails', default: 'Carbon Register <register@compliance.example>' }),
  CLEANUP_DAYS: env.integer({ description: 'how long lines of the journal are kept', default: 30, least: 1, most: 3_650 }),
};

const project = defineProject({
  name: 'compliance',
  timezone: 'America/Vancouver',
  defaults: { retry: { retries: 3, delay: '5 minutes' } },
  settings,
  clients: {
    sql: {
      open: (tools: ClientTools) => openDatabase(tools.settings.DATABASE_URL, tools.dir),
      close: (db: Database) => db.destroy(),
    },
    mail: mailClient((tools) => ({
      url: tools.settings.SMTP_URL,
      from: tools.settings.MAIL_FROM,
      outbox: join(tools.dir, 'out', 'mail'),
    })),
    http: (tools: ClientTools) =>
      createHttp({ allow: tools.settings.BILLING_URL ? [new URL(tools.settings.BILLING_URL).host] : [] }),
  },
});
export default project;

declare module 'daychain' {
  interface ProjectSettings extends SettingsOf<typeof settings> {}
  interface ProjectClients extends ClientsOf<typeof project> {}
}
