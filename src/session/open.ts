/** What commands and programs open: the project's files, its configuration, the servers. The servers' clients are loaded when needed. */
import { join } from 'node:path';
import { ConfigError, readConfig, type Config } from '../config.js';
import type { RedisStores, RedisStoresOptions } from '../connections/redis-stores.js';
import type { TemporalOptions } from '../connections/temporal.js';
import type { OwnFolder } from '../control/clean-files.js';
import { BadInput } from '../control/errors.js';
import type { Server } from '../control/server.js';
import { readState, type LocalState } from '../local/state.js';
import type { LockStore } from '../lock/redis-store.js';
import { loadConfiguration, loadProject, type Registry } from '../registry/index.js';
import { findProjectDir } from './project-dir.js';

export interface Project {
  dir: string;
  config: Config;
  registry: Registry;
  /** Zone of a task's or chain's dates. */
  zoneOf(id: string): string;
}

export interface ServerSession {
  server: Server;
  address: string;
  /** Of the Web UI; null where nobody told. */
  ui: string | null;
  close(): Promise<void>;
}

export interface LockSession {
  store: LockStore;
  stores: RedisStores;
  close(): void;
}

/** No address of a server is known. */
export class ServerNotKnown extends Error {
  override readonly name = 'ServerNotKnown';
}

/** Finds, configures and reads the project. Broken files do not throw: see `registry.problems`. */
export async function openProject(named: string | undefined, cwd = process.cwd()): Promise<Project> {
  return await openBy(loadProject, named, cwd);
}

/** The same without its tasks, chains and retryables, whose files are not read. */
export async function openConfiguration(named: string | undefined, cwd = process.cwd()): Promise<Project> {
  return await openBy(loadConfiguration, named, cwd);
}

async function openBy(load: typeof loadProject, named: string | undefined, cwd: string): Promise<Project> {
  const dir = findProjectDir(named, cwd);
  const config = readConfig(dir);
  const registry = await load(dir, config.environment);
  return {
    dir,
    config,
    registry,
    zoneOf: (id) => registry.chain(id)?.timezone ?? zoneOfTask(registry, id) ?? registry.project.timezone,
  };
}

/**
 * What a worker may not start with: wrong or missing values of the project's own settings.
 * @throws ConfigError with all of them at once
 */
export function checkSettingValues({ registry }: Pick<Project, 'registry'>): void {
  const problems = registry.settings.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw new ConfigError(problems);
}

function zoneOfTask(registry: Registry, task: string): string | undefined {
  const timing = registry.timingOf(task);
  if (timing?.schedule) return timing.timezone;
  const [chain] = registry.chainsOf(task);
  return chain === undefined ? undefined : registry.chain(chain)?.timezone;
}

/** The folder of the embedded servers. */
export function homeOf({ dir, config }: Pick<Project, 'dir' | 'config'>): string {
  return config.home ?? join(dir, '.daychain');
}

/** The folder where the worker of a running `up` writes its log. */
export function logsOf(project: Pick<Project, 'dir' | 'config'>): string {
  return join(homeOf(project), 'logs');
}

/** What of daychain's own files a clean-up may remove: logs, and what downloads left behind. */
export function ownFoldersOf(project: Pick<Project, 'dir' | 'config'>): OwnFolder[] {
  return [
    { dir: logsOf(project), isOurs: (name) => /\.(?:jsonl?|log)(?:\.\d+)?(?:\.gz)?$/.test(name) },
    { dir: project.config.cacheDir, isOurs: (name) => name.startsWith('.fetch-') },
  ];
}

export function namespaceOf({ config, registry }: Project): string {
  return registry.project.namespace ?? config.namespace ?? 'default';
}

/** Where Temporal is: as configured, else as a running `up` has left word of. */
export function temporalOptions(project: Project, state: LocalState | null): TemporalOptions {
  const { config } = project;
  const namespace = namespaceOf(project);
  if (config.temporal !== null) return { ...config.temporal, namespace };
  if (state?.temporal) return { address: state.temporal.address, namespace };
  throw new ServerNotKnown(
    [
      `Cannot reach Temporal: nothing runs in ${homeOf(project)}, and no address is set.`,
      'Start it here: daychain up.   Elsewhere? Set TEMPORAL_ADDRESS; daychain doctor shows what is used.',
    ].join('\n'),
  );
}

/** Where Redis is: as configured, else as a running `up` has left word of. */
export function redisOptions(project: Project, state: LocalState | null): RedisStoresOptions {
  const { config } = project;
  const databases = { lockDatabase: config.lockDatabase, appDatabase: config.appDatabase };
  if (config.redis !== null) return { ...config.redis, ...databases };
  if (state?.redis) return { host: state.redis.host, port: state.redis.port, ...databases };
  throw new ServerNotKnown(
    [
      `Cannot reach Redis: nothing runs in ${homeOf(project)}, and no address is set.`,
      'Start it here: daychain up.   Elsewhere? Set REDIS_URL or REDIS_HOST; daychain doctor shows what is used.',
    ].join('\n'),
  );
}

/**
 * @param patience how long and how often to try, where the usual is too long
 * @throws ServerNotKnown, TemporalUnreachable; BadInput where the project's own configuration does not say who it is
 */
export async function openServer(
  project: Project,
  patience: Pick<TemporalOptions, 'withinMs' | 'attempts'> = {},
): Promise<ServerSession> {
  const { registry, config } = project;
  if (registry.project.brokenBecause !== undefined) {
    throw new BadInput(`The project's configuration cannot be read: ${registry.project.brokenBecause}\nSee all: daychain check`);
  }
  const state = readState(homeOf(project));
  const { connectTemporal } = await import('../connections/temporal.js');
  const connection = await connectTemporal({ ...temporalOptions(project, state), ...patience });
  const local = config.temporal === null || config.temporal.address === state?.temporal?.address;
  return {
    server: {
      client: connection.client,
      namespace: connection.namespace,
      taskQueue: registry.project.taskQueue,
      by: connection.identity,
    },
    address: connection.address,
    ui: local ? (state?.temporal?.ui ?? null) : null,
    close: () => connection.close(),
  };
}

export async function openLocks(project: Project): Promise<LockSession> {
  const [{ connectRedisStores }, { createLockStore }] = await Promise.all([
    import('../connections/redis-stores.js'),
    import('../lock/redis-store.js'),
  ]);
  const stores = await connectRedisStores(redisOptions(project, readState(homeOf(project))));
  const { config, registry } = project;
  const store = createLockStore(stores.locks, {
    prefix: registry.project.lockPrefix,
    ttlSeconds: config.lockTtlSeconds,
    successTtlSeconds: config.successTtlSeconds,
  });
  return { store, stores, close: () => stores.close() };
}

/** The application's data, as the project's own clients find it. */
export async function openClientRedis(project: Project) {
  const [{ connectRedisStores }, { clientRedis }] = await Promise.all([
    import('../connections/redis-stores.js'),
    import('../connections/client-redis.js'),
  ]);
  const options = redisOptions(project, readState(homeOf(project)));
  const stores = await connectRedisStores(options);
  return { redis: clientRedis(stores, options, project.registry.project.lockPrefix), close: () => stores.close() };
}
