/** The embedded Temporal dev server: tuned, on loopback, with its data in the home. */

import { existsSync } from 'node:fs';
import { openConnection } from '../connections/connection.js';
import { findFreePort } from './ports.js';
import { awaitReady, isPortTaken, ServerStartError, startServerProcess } from './server-process.js';
import type { ProcessMark } from './state.js';
import { readMadeBy, temporalDbFile, writeMadeBy } from './temporal-data.js';

export interface StartTemporalOptions {
  /** From `findTemporal`. */
  binary: { path: string; version: string };
  /** The `.daychain` folder; it exists and is ours. */
  home: string;
  /** Created if the data do not have it. `default` is there in any case. */
  namespace: string;
  /** Created with fresh data only; `prepareNamespace` adds them to older data. */
  searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  /** Preferred port; 0: any free one. Default: the one used last with these data, else 7233; a free one when it is taken. */
  port?: number | undefined;
  /** Preferred port of the Web UI; 0: any free one. Default: as last time, else 8233; a free one when it is taken. */
  uiPort?: number | undefined;
  /** Aborted: the start is given up, nothing is left running, and the signal's reason is thrown. */
  signal?: AbortSignal | undefined;
}

export type SearchAttributeType = 'KEYWORD' | 'KEYWORD_LIST' | 'TEXT' | 'INT' | 'DOUBLE' | 'BOOL' | 'DATETIME';

export interface TemporalServer {
  /** `127.0.0.1:port`. */
  address: string;
  /** URL of the Web UI. */
  ui: string;
  /** Version of the CLI. */
  version: string;
  /** Path of the CLI it runs. */
  binary: string;
  process: ProcessMark;
  logFile: string;
  /** SIGTERM, SIGKILL after 5 seconds; resolves when the process is gone. */
  stop(): Promise<void>;
}

const READY_DEADLINE_MS = 90_000;
const CONNECT_TIMEOUT_MS = 1_000;
const START_ATTEMPTS = 3;

/**
 * Without these a step costs 50 ms (20 hand-overs a second per shard), short timers a second, and a schedule may start
 * no more than a few runs a second. WAL with synchronous=1 survives a killed process; a power cut may lose the last commits.
 */
const TUNING = [
  ...['transfer', 'timer', 'visibility'].flatMap((queue) => dynamicConfig(`history.${queue}ProcessorMaxPollRPS=1000`)),
  ...dynamicConfig('history.timerProcessorMaxTimeShift="10ms"'),
  ...dynamicConfig('worker.schedulerNamespaceStartWorkflowRPS=100'),
  // Asks nobody outside whether there is a newer server.
  ...dynamicConfig('frontend.enableServerVersionCheck=false'),
  ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=1'],
];

/** The CLI's words for the types. */
const CLI_TYPES: Readonly<Record<SearchAttributeType, string>> = {
  KEYWORD: 'Keyword',
  KEYWORD_LIST: 'KeywordList',
  TEXT: 'Text',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
};

/**
 * Starts the dev server and resolves when its frontend answers, within 90 seconds.
 * Throws ServerStartError with the end of its log; nothing is left running then.
 */
export async function startTemporal(options: StartTemporalOptions): Promise<TemporalServer> {
  const last = readMadeBy(options.home);
  if (last !== null && last.version !== options.binary.version) {
    throw new ServerStartError(
      `The data in ${options.home} were made by the Temporal CLI ${last.version}; ${options.binary.path} is ` +
        `${options.binary.version} and may not read them. Use ${last.version}, or move ${options.home} away to start with empty data.`,
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort([options.port, last?.port || undefined, 7233]);
    const uiPort = await findFreePort([options.uiPort, last?.uiPort || undefined, 8233], [port]);
    try {
      return await startOn(port, uiPort, options);
    } catch (error) {
      if (attempt >= START_ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}

async function startOn(port: number, uiPort: number, options: StartTemporalOptions): Promise<TemporalServer> {
  const { binary, home } = options;
  const args = serverArguments(port, uiPort, options);
  // Before the start: data that a start cut short has left are known by their maker, too.
  writeMadeBy(home, { path: binary.path, version: binary.version, port, uiPort });
  const server = await startServerProcess(home, 'temporal', binary.path, args, home);
  const address = `127.0.0.1:${port}`;
  await awaitReady(server, `The Temporal dev server ${binary.version}`, READY_DEADLINE_MS, options.signal, async () => {
    // Its own word first: on a port that someone else took in between, another server could answer us.
    if (!new RegExp(`Temporal Server:\\s+\\S+:${port}\\b`).test(server.log())) return null;
    return (await doesAnswer(address)) || null;
  });
  return {
    address,
    ui: `http://127.0.0.1:${uiPort}`,
    version: binary.version,
    binary: binary.path,
    process: server.mark,
    logFile: server.logFile,
    stop: () => server.stop(),
  };
}

function serverArguments(port: number, uiPort: number, options: StartTemporalOptions): string[] {
  const db = temporalDbFile(options.home);
  const fresh = !existsSync(db);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)],
    ...['--db-filename', db, '--log-level', 'warn'],
    ...(options.namespace === 'default' ? [] : ['--namespace', options.namespace]),
    ...TUNING,
    ...(fresh
      ? Object.entries(options.searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${CLI_TYPES[type]}`])
      : []),
  ];
}

function dynamicConfig(setting: string): string[] {
  return ['--dynamic-config-value', setting];
}

async function doesAnswer(address: string): Promise<boolean> {
  try {
    const connection = await openConnection({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
