/** Makes a namespace fit for the engine: retention where it is ours, search attributes registered and usable. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { openConnection } from '../connections/connection.js';
import type { SearchAttributeType } from './temporal-server.js';

export interface PrepareNamespaceOptions {
  /** `host:port` of a frontend without TLS. */
  address: string;
  /** Used instead of `address` where given (TLS, API keys); it is not closed. */
  connection?: Connection | undefined;
  namespace: string;
  /** True where the server is ours: only then is the retention set. */
  owned: boolean;
  /** How long closed runs are kept, in days, 1 or more. */
  retentionDays: number;
  searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  /** In milliseconds. Default 60 seconds: a server may take that long to learn of an attribute added later. */
  deadlineMs?: number | undefined;
}

/** The namespace cannot be used as it is; the message names what is missing and how to go on. */
export class NamespaceError extends Error {
  override name = 'NamespaceError';
}

const DAY_SECONDS = 86_400;
const POLL_MS = 100;
const RPC_DEADLINE_MS = 30_000;

/** The numbers of Temporal's IndexedValueType; they are part of its protocol. */
const TYPE_NUMBERS: Readonly<Record<SearchAttributeType, number>> = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
};

/**
 * Sets the retention of a namespace of ours, registers the search attributes it lacks and resolves when all are listed
 * and a query may use them. Doing it again changes nothing. Throws NamespaceError; errors of the connection pass through.
 */
export async function prepareNamespace(options: PrepareNamespaceOptions): Promise<void> {
  const connection = options.connection ?? (await openConnection({ address: options.address }));
  try {
    if (options.owned) await setRetention(connection, options.namespace, options.retentionDays);
    const missing = await findMissing(connection, options);
    if (Object.keys(missing).length > 0) await register(connection, options.namespace, missing);
    await awaitUsable(connection, options);
  } finally {
    if (options.connection === undefined) await connection.close();
  }
}

async function setRetention(connection: Connection, namespace: string, days: number): Promise<void> {
  const seconds = days * DAY_SECONDS;
  await within(connection, async () => {
    const described = await connection.workflowService.describeNamespace({ namespace });
    if (Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0) === seconds) return;
    const config = { workflowExecutionRetentionTtl: duration(seconds) };
    await connection.workflowService.updateNamespace({ namespace, config });
  });
}

/** What is not there yet; throws when a name is there with another type, for that cannot be changed. */
async function findMissing(connection: Connection, options: PrepareNamespaceOptions): Promise<Record<string, number>> {
  const { namespace, searchAttributes } = options;
  const listed = await within(connection, () => connection.operatorService.listSearchAttributes({ namespace }));
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(searchAttributes)) {
    const there: number | null | undefined = listed.customAttributes?.[name];
    if (there === undefined || there === null) missing[name] = TYPE_NUMBERS[type];
    else if (there !== TYPE_NUMBERS[type]) {
      throw new NamespaceError(
        `The search attribute ${name} of namespace ${namespace} has type ${typeName(there)}, expected ${type}. ` +
          `Use another namespace, or remove it: temporal operator search-attribute remove --namespace ${namespace} --name ${name}`,
      );
    }
  }
  return missing;
}

async function register(connection: Connection, namespace: string, searchAttributes: Record<string, number>): Promise<void> {
  try {
    await within(connection, () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
  } catch (error) {
    // Another process may have added them at this moment; then they are listed soon.
    if ((error as { code?: number }).code === GRPC_ALREADY_EXISTS) return;
    throw new NamespaceError(
      `Namespace ${namespace} lacks the search attributes ${describe(searchAttributes)}, and adding them failed: ` +
        `${error instanceof Error ? error.message : String(error)}. Add them by hand:\n${byHand(namespace, searchAttributes)}`,
    );
  }
}

async function awaitUsable(connection: Connection, options: PrepareNamespaceOptions): Promise<void> {
  const names = Object.keys(options.searchAttributes);
  if (names.length === 0) return;
  const query = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const deadlineMs = options.deadlineMs ?? 60_000;
  const end = performance.now() + deadlineMs;
  for (;;) {
    const missing = await findMissing(connection, options);
    const answer = await tryQuery(connection, options.namespace, query);
    if (Object.keys(missing).length === 0 && answer === null) return;
    if (performance.now() >= end) {
      const which = Object.keys(missing).length > 0 ? describe(missing) : names.join(', ');
      throw new NamespaceError(
        `The search attributes ${which} of namespace ${options.namespace} are not usable after ${deadlineMs / 1000} s: ` +
          `${answer ?? 'they are not listed'}. Look with: temporal operator search-attribute list --namespace ${options.namespace}`,
      );
    }
    await delay(POLL_MS);
  }
}

/** Null when the server accepts the query, else what it says against it. */
async function tryQuery(connection: Connection, namespace: string, query: string): Promise<string | null> {
  try {
    await within(connection, () => connection.workflowService.countWorkflowExecutions({ namespace, query }));
    return null;
  } catch (error) {
    if ((error as { code?: number }).code === GRPC_INVALID_ARGUMENT) return (error as Error).message;
    throw error;
  }
}

const GRPC_INVALID_ARGUMENT = 3;
const GRPC_ALREADY_EXISTS = 6;

function within<T>(connection: Connection, call: () => Promise<T>): Promise<T> {
  return connection.withDeadline(Date.now() + RPC_DEADLINE_MS, call);
}

/** A duration as the protocol's classes take it: their 64-bit numbers are plain ones below 2^53. */
function duration(seconds: number): { seconds: never; nanos: number } {
  return { seconds: seconds as never, nanos: 0 };
}

function typeName(type: number): string {
  return Object.entries(TYPE_NUMBERS).find(([, number]) => number === type)?.[0] ?? `number ${type}`;
}

function describe(searchAttributes: Record<string, number>): string {
  return Object.entries(searchAttributes)
    .map(([name, type]) => `${name} (${typeName(type)})`)
    .join(', ');
}

function byHand(namespace: string, searchAttributes: Record<string, number>): string {
  const words: Record<string, string> = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList' };
  return Object.entries(searchAttributes)
    .map(([name, type]) => {
      const word = words[typeName(type)] ?? typeName(type);
      return `  temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${word}`;
    })
    .join('\n');
}
