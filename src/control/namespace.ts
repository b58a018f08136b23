/** The namespace as the server has it: version, retention, search attributes. */
import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../plan/names.js';

export interface NamespaceView {
  /** Days closed runs are kept: for so long their dates cannot run twice. */
  retentionDays: number;
}

/** @throws the connection's error, also where there is no such namespace */
export async function describeNamespace(client: Client, namespace: string): Promise<NamespaceView> {
  const { config } = await client.workflowService.describeNamespace({ namespace });
  return { retentionDays: Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400 };
}

/** Names of search attributes daychain needs and the namespace lacks, or has with another type. */
export async function missingSearchAttributes(client: Client, namespace: string): Promise<string[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(SEARCH_ATTRIBUTES)
    .filter(([name, type]) => customAttributes?.[name] !== TYPE_NUMBERS[type])
    .map(([name]) => name);
}

/** Of the server's own protocol. */
const TYPE_NUMBERS = { KEYWORD: 2, KEYWORD_LIST: 7 } as const;

/** What the server keeps its data in: `sqlite` for a development server, `postgres12`; empty where it does not tell. */
export async function persistenceStore(client: Client): Promise<string> {
  const { persistenceStore: store } = await client.workflowService.getClusterInfo({});
  return store ?? '';
}

/** `1.32.0`. */
export async function serverVersion(client: Client): Promise<string> {
  const { serverVersion: version } = await client.workflowService.getSystemInfo({});
  return version || 'unknown';
}
