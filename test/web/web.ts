/** The HTTP server of a test: a real one on a port of its own, asked by fetch, every answer held against the document. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readConfig } from '../../src/config.js';
import { TemporalUnreachable } from '../../src/connections/temporal.js';
import { loadProject, type Registry } from '../../src/registry/index.js';
import type { Project } from '../../src/session/open.js';
import { createApp } from '../../src/web/api/app.js';
import { documentOf } from '../../src/web/api/document.js';
import type { Api } from '../../src/web/api/frame.js';
import { LIMITS, type WebParts } from '../../src/web/api/parts.js';
import { startWeb, type RunningWeb, type WebOptions } from '../../src/web/server.js';
import { type Engine, within } from '../support/engine.js';
import { type ProjectText, writeProject } from '../support/project.js';
import { afterwards, redisPort, temporalAddress, temporalNamespace } from '../support/servers.js';

export const TOKENS = [
  { name: 'marie', role: 'operate', secret: 'operate-0123456789abcdef' },
  { name: 'board', role: 'read', secret: 'read-0123456789abcdef' },
] as const;

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests say what they expect of it; the document what it is
  body: any;
}

export interface Web extends RunningWeb {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The project of an engine, as the web's process would open it. */
export function projectOf(
  engine: Pick<Engine, 'dir' | 'registry'>,
  servers: { temporal?: string; namespace?: string; redis?: number } = {},
): Project {
  const { dir, registry } = engine;
  const config = readConfig(dir, {
    TEMPORAL_ADDRESS: servers.temporal ?? temporalAddress(),
    TEMPORAL_NAMESPACE: servers.namespace ?? temporalNamespace(),
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(servers.redis ?? redisPort()),
  });
  return { dir, config, registry, zoneOf: (id) => registry.chain(id)?.timezone ?? registry.project.timezone };
}

/** So that a machine that stands still for a while costs no test an answer; a test of the limits themselves states its own. */
const PATIENT = { connectMs: 30_000, callMs: 60_000, requestMs: 120_000 };

/** Starts it; closed after the test, or, started in `beforeAll`, after the file's tests. */
export async function serve(options: Omit<WebOptions, 'version' | 'port'> & { port?: number }): Promise<Web> {
  const limits = { ...PATIENT, ...options.limits };
  const web = await startWeb({ version: '0.0.0', port: 0, pageDir: '/nowhere', ...options, limits });
  afterwards(() => web.close());
  const judge = judgeOf(bareApi({ project: options.project }));
  const ask = async (method: string, path: string, init: RequestInit): Promise<Answer> => {
    const response = await within(
      PATIENT.requestMs + 30_000,
      `${method} ${path}`,
      fetch(web.url + path, { method, redirect: 'manual', ...init }),
    );
    const answer = await readAnswer(response);
    judge(method, path, answer);
    return answer;
  };
  return {
    ...web,
    get: (path, headers = {}) => ask('GET', path, { headers }),
    post: (path, body = {}, headers = {}) =>
      ask('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
  };
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

/** The application without a socket. Its servers are away unless `parts` brings some. */
export function bareApi(parts: Partial<WebParts> & Pick<WebParts, 'project'>): Api {
  const away = () => Promise.reject(new TemporalUnreachable('127.0.0.1:1', 'connection refused', 2_000));
  return createApp({
    version: '0.0.0',
    temporal: away,
    redis: away,
    serverFor: away,
    met: () => {},
    checks: () => Promise.resolve([]),
    now: Date.now,
    tokens: [],
    person: 'tester@here',
    pageDir: '/nowhere',
    stopped: new AbortController().signal,
    acted: () => {},
    log: () => {},
    ...parts,
    limits: { ...LIMITS, ...parts.limits },
  });
}

/** A project on disk with its registry, without worker and servers. */
export async function bareProject(text: ProjectText): Promise<Project> {
  const written = writeProject(text);
  afterwards(() => written.remove());
  const registry: Registry = await loadProject(written.dir);
  const config = readConfig(written.dir, { TEMPORAL_ADDRESS: '127.0.0.1:1', REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' });
  return { dir: written.dir, config, registry, zoneOf: (id) => registry.chain(id)?.timezone ?? registry.project.timezone };
}

/** Throws where an answer is not as the document has it: its status, its type, its shape. */
export function judgeOf(api: Api): (method: string, path: string, answer: Answer) => void {
  const document = documentOf(api);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'document', components: document.components });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      fixed: !path.includes('{'),
      operation,
    })),
  );
  const known = new Map<object, ValidateFunction>();
  return (method, path, { status, headers, body }) => {
    const bare = path.split('?')[0]!;
    const fitting = operations.filter((one) => one.method === method && one.pattern.test(bare));
    const found = fitting.find(({ fixed }) => fixed) ?? fitting[0];
    if (found === undefined) return;
    const response = found.operation.responses[String(status)];
    if (response === undefined)
      throw new Error(`${method} ${path} answered ${status}, which is not documented: ${JSON.stringify(body)}`);
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const content = response.content[type];
    if (content === undefined) throw new Error(`${method} ${path} answered ${status} as ${type}, which is not documented`);
    if (!/json/.test(type)) return;
    let validate = known.get(content.schema);
    if (validate === undefined) {
      const schema = JSON.parse(JSON.stringify(content.schema).replaceAll('"#/', '"document#/')) as object;
      known.set(content.schema, (validate = ajv.compile(schema)));
    }
    if (!validate(body)) {
      const told = ajv.errorsText(validate.errors, { separator: '\n  ' });
      throw new Error(
        `${method} ${path} answered ${status}, not as documented:\n  ${told}\n${JSON.stringify(body).slice(0, 600)}`,
      );
    }
  };
}
