/** Connections to Postgres, none of which takes the process along or holds it when it breaks. */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Client } from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
/** The server ends a statement that takes too long, and says so: only where it does not say so in this time is it out of reach. */
const ANSWER_GRACE_MS = 5_000;
/** A timer that is set for longer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export async function openPostgresPool(url: string, connections: number, statementMs: number): Promise<PostgresPool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementMs,
    // Nothing is no limit, to both.
    query_timeout: statementMs === 0 ? 0 : Math.min(statementMs + ANSWER_GRACE_MS, LONGEST_TIMER_MS),
    application_name: 'daychain',
  });
  // A connection that breaks is replaced when one is needed; without a listener it would end the process. The pool listens only
  // while nobody uses the connection: whoever does hears of it by the query.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  return {
    async connect() {
      const client = await pool.connect();
      return {
        async query(text: string, parameters: readonly unknown[] = []) {
          try {
            return await client.query(text, [...parameters]);
          } catch (error) {
            // Whoever had this connection next, even the roll-back, would wait behind the same statement.
            if (isUnanswered(error)) void (client as unknown as Client).end();
            throw error;
          }
        },
        release: () => client.release(),
        // Without cursors, which nobody here opens.
      } as unknown as PostgresPoolClient;
    },
    end: () => pool.end(),
  };
}

/** It has no code. */
function isUnanswered(error: unknown): boolean {
  return (error as Error).message === 'Query read timeout';
}
