/** What the tests of this example share: its database in memory of the disk, folders of their own, real clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestTaskOptions } from 'daychain/testing';
import { createMailer } from '../../../src/kit/index.js';
import { type Database, openDatabase } from '../../../examples/component/lib/database.js';
import { TEST_HOME_PREFIX } from '../../support/test-homes.js';
import { afterwards } from '../../support/servers.js';

export interface Bench {
  db: Database;
  data: string;
  out: string;
  /** Options of testTask for a run of that task and date. */
  run(task: string, date?: string, more?: TestTaskOptions): TestTaskOptions;
}

export async function openBench(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  const [data, out] = [join(dir, 'data'), join(dir, 'out')];
  const db = await openDatabase({ url: null, dir });
  const mail = createMailer({ from: 'Component <component@example.org>', outbox: join(out, 'mail') });
  afterwards(async () => {
    mail.close();
    await db.destroy();
    rmSync(dir, { recursive: true, force: true });
  });
  const settings = {
    API_URL: null,
    API_TOKEN: 'a-token',
    API_TIMEOUT_SECONDS: 30,
    MAIL_RETRY_SECONDS: 0,
    TEAM_MAIL: 'team@example.org',
    COMPONENT_DATA: data,
    COMPONENT_OUT: out,
    BACKUPS_KEPT: 7,
  };
  return {
    db,
    data,
    out,
    run: (task, date = '20260203', more = {}) => ({
      task,
      date,
      clients: { sql: db, mail },
      ...more,
      settings: { ...settings, ...more.settings },
    }),
  };
}
