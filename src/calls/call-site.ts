/**
 * What calls of one project share within a process: its configuration, its clients, and a connection to Temporal that is opened
 * when the first call fails. Kept on the process, not in this module: files of a project may load a copy of it of their own.
 */
import { fileURLToPath } from 'node:url';
import { createClientPool, type ClientPool } from '../activities/clients.js';
import { BadInput } from '../control/errors.js';
import type { Server } from '../control/server.js';
import { clientsLent } from '../define/lent-clients.js';
import type { ProjectClients } from '../define/types.js';
import {
  checkSettingValues,
  openClientRedis,
  openConfiguration,
  openServer,
  type Project,
  type ServerSession,
} from '../session/open.js';
import { served } from '../session/served.js';

/** A person waits for the call: Temporal is given less time than a worker would give it. */
const PATIENCE = { withinMs: 5_000, attempts: 3 };

interface SharedSession {
  opening: Promise<ServerSession>;
  /** Calls that are on it. */
  users: number;
}

export class CallSite {
  private readonly pool: ClientPool;
  private session: SharedSession | null = null;
  private stores: ReturnType<typeof openClientRedis> | null = null;

  constructor(readonly project: Project) {
    const { registry, dir } = project;
    this.pool = createClientPool(registry.project.clients, {
      settings: registry.settingValues(),
      dir,
      redis: async () => (await this.openStores()).redis,
    });
  }

  get clients(): ProjectClients {
    return clientsLent(this.project.dir) ?? this.pool.clients;
  }

  /**
   * Hands over the connection that is there, or a new one. One on which a call failed is handed to no further call, and closed when
   * its last call has left it.
   * @throws ServerNotKnown, TemporalUnreachable; what `use` throws
   */
  async withServer<R>(use: (server: Server) => Promise<R>): Promise<R> {
    const used = (this.session ??= { opening: openServer(this.project, PATIENCE), users: 0 });
    used.users++;
    try {
      return await use((await used.opening).server);
    } catch (error) {
      // Where another call on it failed before, the connection that is there now is another one.
      if (this.session === used) this.session = null;
      throw error;
    } finally {
      used.users--;
      if (used.users === 0 && this.session !== used) await end(used);
    }
  }

  async close(): Promise<void> {
    const { session } = this;
    this.session = null;
    await Promise.all([this.pool.close(), session === null ? null : end(session)]);
    await this.stores?.then((open) => open.close()).catch(() => {});
  }

  private openStores(): ReturnType<typeof openClientRedis> {
    if (this.stores !== null) return this.stores;
    const opening = openClientRedis(this.project);
    this.stores = opening;
    // The next call looks for it anew.
    opening.catch(() => (this.stores = null));
    return opening;
  }
}

async function end({ opening }: SharedSession): Promise<void> {
  await opening.then((session) => session.close()).catch(() => {});
}

const KEY = Symbol.for('daychain.call-sites');
const sites = ((globalThis as { [KEY]?: Map<string, Promise<CallSite>> })[KEY] ??= new Map<string, Promise<CallSite>>());

/**
 * @param named the project's folder; else the worker's own project, else the one the program runs in
 * @throws BadInput where there is no project, or its configuration or settings are wrong
 */
export async function siteOf(named: string | URL | undefined): Promise<CallSite> {
  const dir = named instanceof URL ? fileURLToPath(named) : (named ?? served());
  const key = JSON.stringify([process.cwd(), dir]);
  let site = sites.get(key);
  if (site === undefined) {
    site = openSite(dir);
    sites.set(key, site);
    site.catch(() => sites.delete(key));
  }
  return await site;
}

export async function closeSites(): Promise<void> {
  const open = [...sites.values()];
  sites.clear();
  await Promise.all(open.map(async (site) => await (await site).close()));
}

async function openSite(dir: string | undefined): Promise<CallSite> {
  const project = await openConfiguration(dir);
  const { brokenBecause } = project.registry.project;
  if (brokenBecause !== undefined) {
    throw new BadInput(`The project's configuration cannot be read: ${brokenBecause}\nSee all: daychain check`);
  }
  checkSettingValues(project);
  return new CallSite(project);
}
