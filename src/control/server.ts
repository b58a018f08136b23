/** The server as one project sees it. */
import type { Client } from '@temporalio/client';

export interface Server {
  client: Client;
  namespace: string;
  /** The project's: a run on another one belongs to another project. */
  taskQueue: string;
  /** Who asks: `user@host`. Histories keep it. */
  by: string;
  /** Why, where it was told: what is started keeps it, with who. */
  reason?: string | null;
}
