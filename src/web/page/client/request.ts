/** Requests to the API this page came from. */
import { type Fault, Problem } from './problem.js';

/** A server that does not answer in this time counts as away. */
const ANSWER_WITHIN_MS = 25_000;

/** @throws Problem */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await request<T>(path, { method: 'GET' }, signal);
}

/**
 * Does something. The key makes a second sending of the same wish, as after a lost answer, one effect.
 * @throws Problem
 */
export async function act<T>(method: 'POST' | 'DELETE', path: string, body: object, key: string): Promise<T> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return await request<T>(path, { method, headers, body: JSON.stringify(body) });
}

async function request<T>(
  path: string,
  init: RequestInit & { headers?: Record<string, string> },
  signal?: AbortSignal,
): Promise<T> {
  const limit = AbortSignal.timeout(ANSWER_WITHIN_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    throw new Problem(0, error instanceof Error ? error.message : String(error), 'no_answer');
  }
  const text = await response.text();
  if (!response.ok) throw problemIn(response.status, text);
  return JSON.parse(text) as T;
}

function problemIn(status: number, text: string): Problem {
  try {
    const told = JSON.parse(text) as { detail?: string; title?: string; kind?: string; errors?: Fault[] };
    return new Problem(status, told.detail ?? told.title ?? text, told.kind ?? 'unknown', told.errors ?? []);
  } catch {
    return new Problem(status, text.slice(0, 400) || `HTTP ${status}`, 'unknown');
  }
}
