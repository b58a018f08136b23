/** The database of a project: Postgres where there is one, else PGlite in a folder of the project. */
import type { Kysely } from 'kysely';
import { resolve } from 'node:path';
import { durationMs, type Duration } from '../../plan/duration.js';
import type { ClientTools } from '../../define/types.js';
import { openPglitePool } from './pglite-pool.js';
import { openPostgresPool } from './postgres-pool.js';

export interface SqlOptions {
  /** `postgres://user:password@host:port/database`. Null or left out: PGlite. */
  url?: string | null;
  /** Folder of PGlite's data, from the project's. One process at a time. Default `'.daychain/pglite'`. */
  folder?: string;
  /** Connections at most, 1 or more. Default 10. PGlite has one. */
  connections?: number;
  /** Longest duration of one statement. Default `'1 minute'`. PGlite has no limit. */
  statementTimeout?: Duration;
}

/**
 * A client for `clients` of the project: `clients: { sql: sqlClient<Tables>(({ settings }) => ({ url: settings.DATABASE_URL })) }`,
 * then `const sql = await ctx.clients.sql()`, a Kysely. Nothing is connected to before the first query.
 */
export function sqlClient<Tables>(options: SqlOptions | ((tools: ClientTools) => SqlOptions) = {}) {
  return {
    async open(tools: ClientTools): Promise<Kysely<Tables>> {
      return await openSql<Tables>(typeof options === 'function' ? options(tools) : options, tools.dir);
    },
    async check(db: Kysely<Tables>): Promise<string> {
      const { sql } = await import('kysely');
      const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
      return `Postgres ${rows[0]!.version}`;
    },
    close: (db: Kysely<Tables>) => db.destroy(),
  };
}

/** Opens a database without a project, as for tests. `dir`: what a relative folder starts from. */
export async function openSql<Tables>(options: SqlOptions, dir: string): Promise<Kysely<Tables>> {
  const { Kysely, PostgresDialect } = await import('kysely');
  const { url, folder = '.daychain/pglite', connections = 10, statementTimeout = '1 minute' } = options;
  const statementMs = durationMs(statementTimeout);
  const pool = () => (url ? openPostgresPool(url, connections, statementMs) : openPglitePool(resolve(dir, folder)));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
