/** The project's clients: opened on first use, one of each per worker, closed when it stops. */
import type { ClientOpener, ClientTools, ProjectClients } from '../define/types.js';
import { durationText } from '../plan/duration.js';
import { outsideOfBodies } from './body-console.js';

/** A worker under `up` has five seconds for its whole end. */
const CLOSES_WITHIN_MS = 3_000;

export interface ClientPool {
  /** What `ctx.clients` is: one function per client. */
  readonly clients: ProjectClients;
  /** Closes what was opened, all at once. Never throws; tells each trouble, and what has not closed after a few seconds. */
  close(): Promise<string[]>;
}

export function createClientPool(openers: Record<string, ClientOpener>, tools: ClientTools): ClientPool {
  const opened = new Map<string, Promise<unknown>>();
  const clients = Object.fromEntries(
    Object.entries(openers).map(([name, opener]) => [
      name,
      () => {
        let client = opened.get(name);
        if (client === undefined) {
          // It outlives the attempt that opens it.
          client = outsideOfBodies(() =>
            Promise.resolve().then(() => (typeof opener === 'function' ? opener(tools) : opener.open(tools))),
          );
          opened.set(name, client);
          // A client that could not be opened is tried again by the next attempt.
          client.catch(() => opened.delete(name));
        }
        return client;
      },
    ]),
  );
  return {
    clients,
    async close() {
      const closing = [...opened].map(async ([name, client]) => {
        try {
          await withinMs(
            CLOSES_WITHIN_MS,
            client.then((open) => closeClient(openers[name]!, open)),
          );
          return [];
        } catch (error) {
          return [`client ${name} did not close: ${error instanceof Error ? error.message : String(error)}`];
        }
      });
      const troubles = (await Promise.all(closing)).flat();
      opened.clear();
      return troubles;
    },
  };
}

/** A body that does not stop may hold a client for ever, and an opener may never settle: the worker ends all the same. */
async function withinMs(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it still had not after ${durationText(ms)}`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function closeClient(opener: ClientOpener, client: unknown): Promise<void> {
  if (typeof opener !== 'function' && opener.close) return void (await opener.close(client));
  if (typeof client !== 'object' || client === null) return;
  const closable = client as Partial<Record<'close' | 'end' | 'destroy', () => unknown>>;
  await (closable.close ?? closable.end ?? closable.destroy)?.call(client);
}
