import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openSql, type SqlOptions } from '../../src/kit/sql/client.js';
import { within } from '../support/engine.js';

const ready = Buffer.from('Z\0\0\0\x05I', 'latin1');
const letIn = Buffer.concat([Buffer.from('R\0\0\0\x08\0\0\0\0', 'latin1'), ready]);
const begun = Buffer.concat([Buffer.from('C\0\0\0\x0aBEGIN\0', 'latin1'), Buffer.from('Z\0\0\0\x05T', 'latin1')]);

/** What speaks just enough of Postgres to let somebody in; then a query is answered as the test says. */
async function open(onQuery: (socket: Socket, text: string) => void, options: SqlOptions = {}) {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => {});
    let known = false;
    socket.on('data', (message) => {
      if (known) return onQuery(socket, message.toString('latin1'));
      known = true;
      socket.write(letIn);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const db = await openSql<Record<string, never>>(
    { url: `postgres://me@127.0.0.1:${(server.address() as AddressInfo).port}/db`, connections: 1, ...options },
    '.',
  );
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await db.destroy();
  });
  return { db, accepted: () => accepted };
}

test('a connection that breaks within a query fails the query, and no more', async () => {
  const { db } = await open((socket) => socket.destroy());
  await expect(sql`select 1`.execute(db)).rejects.toThrow('Connection terminated unexpectedly');
});

test('a connection that breaks within a transaction, between its queries, fails the transaction, and no more', async () => {
  let broken!: () => void;
  const gone = new Promise<void>((done) => (broken = done));
  const { db } = await open((socket, text) => {
    if (!text.includes('begin')) return;
    socket.write(begun);
    socket.once('close', broken);
    setImmediate(() => socket.destroy());
  });
  const transaction = db.transaction().execute(async (inner) => {
    await gone;
    await sql`select 1`.execute(inner);
  });
  await expect(transaction).rejects.toThrow(/Connection terminated|not queryable|connection error/);
});

test('a statement that is never answered ends soon after its time, and its connection is used by nobody again', async () => {
  const { db, accepted } = await open(() => {}, { statementTimeout: '1 millisecond' });
  for (const connections of [1, 2]) {
    await expect(within(20_000, 'an end', sql`select 1`.execute(db))).rejects.toThrow('Query read timeout');
    expect(accepted()).toBe(connections);
  }
});
