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

export class CallSite {
  private readonly pool: ClientPool;
  private session: Promise<ServerSession> | null = null;
  private stores: ReturnType<typeof openClientRedis> | null = null;

  constructor(readonly project: Project) {
    const { registry, dir } = project;
    this.pool = createClientPool(registry.project.clients, {
      settings: registry.settingValues(),
      dir,
      redis: async () => (await (this.stores ??= openClientRedis(project))).redis,
    });
  }

  get clients(): ProjectClients {
    return clientsLent(this.project.dir) ?? this.pool.clients;
  }

  /** @throws ServerNotKnown, TemporalUnreachable */
  async server(): Promise<Server> {
    this.session ??= openServer(this.project, PATIENCE);
    return (await this.session).server;
  }

  /** The next call connects anew. */
  async disconnect(): Promise<void> {
    const { session } = this;
    this.session = null;
    await session?.then((open) => open.close()).catch(() => {});
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.close(), this.disconnect()]);
    await this.stores?.then((open) => open.close()).catch(() => {});
  }
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
