/** The project's clients: opened on first use, one of each per worker, closed when it stops. */
import type { ClientOpener, ClientTools, ProjectClients } from '../define/types.js';
import { outsideOfBodies } from './body-console.js';

export interface ClientPool {
  /** What `ctx.clients` is: one function per client. */
  readonly clients: ProjectClients;
  /** Closes what was opened. Never throws; tells each trouble. */
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
      const troubles: string[] = [];
      for (const [name, client] of opened) {
        try {
          await closeClient(openers[name]!, await client);
        } catch (error) {
          troubles.push(`client ${name} did not close: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      opened.clear();
      return troubles;
    },
  };
}

async function closeClient(opener: ClientOpener, client: unknown): Promise<void> {
  if (typeof opener !== 'function' && opener.close) return void (await opener.close(client));
  if (typeof client !== 'object' || client === null) return;
  const closable = client as Partial<Record<'close' | 'end' | 'destroy', () => unknown>>;
  await (closable.close ?? closable.end ?? closable.destroy)?.call(client);
}
