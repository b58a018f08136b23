/** The servers `up` works with: its own, or those it was told of. */
import { createLogUpdate } from 'log-update';
import { Refused } from '../../control/errors.js';
import { connectRedisStores } from '../../connections/redis-stores.js';
import { checkRedisPolicy } from '../../connections/redis-policy.js';
import { connectTemporal } from '../../connections/temporal.js';
import { missingSearchAttributes, serverVersion } from '../../control/namespace.js';
import type { Home } from '../../local/home.js';
import { prepareNamespace } from '../../local/prepare-namespace.js';
import { type ProvidedServers, provideServers } from '../../local/provide.js';
import type { ServerName } from '../../local/server-process.js';
import type { LocalState } from '../../local/state.js';
import { LockStoreUnreachable } from '../../lock/errors.js';
import { SEARCH_ATTRIBUTES } from '../../plan/names.js';
import type { Output } from '../output.js';
import { shortenedPath } from '../paths.js';
import { namespaceOf, redisOptions, temporalOptions, type Project } from '../session.js';

export interface ServerLine {
  label: string;
  address: string;
  what: string;
  readyMs: number | null;
}

export interface UpServers {
  /** What other commands need to find them. */
  state: Pick<LocalState, 'temporal' | 'redis'>;
  lines: ServerLine[];
  /** Stops those that were started here. */
  stop(): Promise<void>;
}

/** Closed runs of an embedded server are kept this long: for so long their dates cannot run twice. */
const RETENTION_DAYS = 400;

/** Provides what is not configured, and checks what is. */
export async function openServers(out: Output, project: Project, home: Home, signal: AbortSignal): Promise<UpServers> {
  const { config } = project;
  const wanted: ServerName[] = [];
  if (config.temporal === null) wanted.push('temporal');
  if (config.redis === null) wanted.push('redis');
  // What is elsewhere is asked first: nothing is started in vain.
  const elsewhere = [
    ...(config.temporal === null ? [] : [await checkTemporal(project)]),
    ...(config.redis === null ? [] : [await checkRedis(project)]),
  ];
  const steps = stepLine(out);
  const provided = await provideServers({
    home: home.dir,
    cacheDir: config.cacheDir,
    servers: wanted,
    ...(config.temporalBinary === null ? {} : { temporalBinary: config.temporalBinary }),
    namespace: namespaceOf(project),
    retentionDays: RETENTION_DAYS,
    searchAttributes: SEARCH_ATTRIBUTES,
    onStep: steps.show,
    signal,
  }).finally(steps.close);
  return {
    state: stateOf(provided),
    lines: [...linesOf(provided, home.dir), ...elsewhere].sort((a, b) => (a.label > b.label ? -1 : 1)),
    stop: () => provided.stop(),
  };
}

/** Searching and downloading may take a while: on a terminal the step shows until it is done. */
function stepLine(out: Output): { show(server: ServerName, text: string): void; close(): void } {
  if (!out.live) {
    return { show: (_, text) => void (/^downloading/.test(text) && out.note(`  ${text}`)), close() {} };
  }
  const draw = createLogUpdate(out.stderr, { showCursor: true });
  const latest = new Map<ServerName, string>();
  return {
    show(server, text) {
      latest.set(server, `  ${server.padEnd(11)}${text} …`.slice(0, out.width));
      draw([...latest.values()].join('\n'));
    },
    close: () => draw.clear(),
  };
}

function stateOf({ temporal, redis }: ProvidedServers): UpServers['state'] {
  return {
    temporal: temporal && { address: temporal.address, ui: temporal.ui, version: temporal.version, process: temporal.process },
    redis: redis && { host: redis.host, port: redis.port, kind: redis.kind, version: redis.version, process: redis.process },
  };
}

function linesOf({ temporal, redis }: ProvidedServers, home: string): ServerLine[] {
  const lines: ServerLine[] = [];
  const folder = shortenedPath(home);
  if (temporal) {
    const what = `embedded ${temporal.version}, data in ${folder}/temporal.db`;
    lines.push({ label: 'temporal', address: temporal.address, what, readyMs: temporal.readyMs });
  }
  if (redis) {
    const name = redis.kind === 'embedded' ? 'in this process' : `${redis.kind} ${redis.version}`;
    const what = redis.durable ? `${name}, data in ${folder}/redis` : `${name}, in memory only: locks end with it`;
    lines.push({ label: 'redis', address: `${redis.host}:${redis.port}`, what, readyMs: redis.readyMs });
  }
  return lines;
}

async function checkTemporal(project: Project): Promise<ServerLine> {
  const began = performance.now();
  const options = temporalOptions(project, null);
  const { address, namespace } = options;
  const connection = await connectTemporal(options);
  try {
    if (!options.tls && !options.apiKey) {
      await prepareNamespace({
        address,
        namespace,
        owned: false,
        retentionDays: RETENTION_DAYS,
        searchAttributes: SEARCH_ATTRIBUTES,
      });
    }
    const missing = await missingSearchAttributes(connection.client, namespace);
    if (missing.length > 0) {
      throw new Refused(
        'not_prepared',
        `Namespace ${namespace} at ${address} lacks the search attributes ${missing.join(', ')}.\nAdd them: daychain doctor shows how.`,
      );
    }
    const server = await serverVersion(connection.client);
    const readyMs = Math.round(performance.now() - began);
    return { label: 'temporal', address, what: `as configured, server ${server}, namespace ${namespace}`, readyMs };
  } finally {
    await connection.close();
  }
}

async function checkRedis(project: Project): Promise<ServerLine> {
  const began = performance.now();
  const stores = await connectRedisStores(redisOptions(project, null));
  try {
    const trouble = await stores.locks.firstTrouble(5_000);
    if (trouble !== null) throw new LockStoreUnreachable(stores.locks.address, trouble);
    const policy = await checkRedisPolicy(stores.locks);
    if (policy.ok === false) {
      throw new Refused(
        'not_prepared',
        `Redis at ${stores.locks.address} may throw locks away: its maxmemory-policy is ${policy.policy}.\nSet it to noeviction: redis-cli CONFIG SET maxmemory-policy noeviction`,
      );
    }
    return {
      label: 'redis',
      address: stores.locks.address.replace(/\/\d+$/, ''),
      what: 'as configured',
      readyMs: Math.round(performance.now() - began),
    };
  } finally {
    stores.close();
  }
}
