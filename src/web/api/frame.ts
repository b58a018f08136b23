/** How routes are declared: what each needs, takes and answers, in one place, so that tests and the document can list them. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Server } from '../../control/server.js';
import type { Project, ServerSession } from '../../session/open.js';
import type { Metrics } from './metrics.js';
import type { Caller, WebParts } from './parts.js';
import { ProblemSchema } from './problem.js';

export interface WebEnv {
  Variables: { caller: Caller };
  Bindings: Partial<HttpBindings>;
}

/** `open`: anybody who can reach the server. `read` and `operate`: that role, where tokens are needed. */
export type Needs = 'open' | 'read' | 'operate';

export interface DeclaredRoute {
  method: 'get' | 'post' | 'delete';
  /** As in OpenAPI: `/api/runs/{run}`. */
  path: string;
  /** Fits the paths of requests. */
  pattern: RegExp;
  needs: Needs;
  takesBody: boolean;
  /** It answers as long as the client listens. */
  streams?: true;
}

export interface Api {
  app: OpenAPIHono<WebEnv>;
  parts: WebParts;
  metrics: Metrics;
  /** All that were declared. */
  routes: DeclaredRoute[];
  /** Stands between a request and its work: limits, keys, single flight. */
  around(route: DeclaredRoute, context: Context<WebEnv>, work: (key?: string) => Promise<Response>): Promise<Response>;
}

/** What a route's work is given. */
export interface Asking<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  project: Project;
  parts: WebParts;
  caller: Caller;
  /** Epoch milliseconds. */
  now: number;
  /** The server, asked in the caller's name. */
  server(): Promise<Server>;
  /** Where it is, and where its Web UI. */
  session(): Promise<ServerSession>;
  context: Context<WebEnv>;
}

type NoFields = z.ZodObject<Record<never, never>>;

export interface RouteText {
  path: string;
  /** Heading it stands under in the document. */
  tag: string;
  /** One line. */
  summary: string;
  /** More of it, where needed. */
  description?: string;
}

interface Reading<P extends z.ZodObject, Q extends z.ZodObject, A extends z.ZodType> extends RouteText {
  params?: P;
  query?: Q;
  answer: A;
  /** Of the answer. Default: JSON. For any other the work answers a Response. */
  mediaType?: string;
  /** It answers as long as the client listens. */
  streams?: true;
  /** A status besides 200 that brings the answer too, for programs that read no more than the status. */
  tellsBy?: number;
}

interface Acting<P extends z.ZodObject, B extends z.ZodObject, A extends z.ZodType> extends RouteText {
  method?: 'post' | 'delete';
  params?: P;
  body: B;
  answer: A;
}

/** Views are read-only all the way down; a schema's type is not. */
export type Answer<T> = T extends (infer Item)[]
  ? readonly Answer<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Answer<T[Key]> }
    : T;

type Work<P extends z.ZodType, Q extends z.ZodType, B, A extends z.ZodType> = (
  asking: Asking<z.output<P>, z.output<Q>, B>,
) => Promise<Answer<z.input<A>> | Response> | Answer<z.input<A>> | Response;

/** A route that changes nothing. Needs `read`. */
export function readRoute<A extends z.ZodType, P extends z.ZodObject = NoFields, Q extends z.ZodObject = NoFields>(
  api: Api,
  reading: Reading<P, Q, A>,
  work: Work<P, Q, undefined, A>,
): void {
  declare(api, 'read', 'get', { ...reading, body: undefined }, work as AnyWork);
}

/** A route that anybody may ask: no more than whether the process is alive, and how to come in. */
export function openRoute<A extends z.ZodType>(
  api: Api,
  reading: Reading<NoFields, NoFields, A>,
  work: Work<NoFields, NoFields, undefined, A>,
): void {
  declare(api, 'open', 'get', { ...reading, body: undefined }, work as AnyWork);
}

/** A route that does something. Needs `operate`; its body is JSON, also where nothing has to be said: `{}`. */
export function actRoute<A extends z.ZodType, B extends z.ZodObject, P extends z.ZodObject = NoFields>(
  api: Api,
  acting: Acting<P, B, A>,
  work: Work<P, NoFields, z.output<B>, A>,
): void {
  declare(api, 'operate', acting.method ?? 'post', { ...acting, query: undefined }, work as AnyWork);
}

type AnyWork = (asking: Asking<unknown, unknown, unknown>) => unknown;

interface Declaration extends RouteText {
  params?: z.ZodObject | undefined;
  query?: z.ZodObject | undefined;
  body?: z.ZodObject | undefined;
  answer: z.ZodType;
  mediaType?: string;
  streams?: true;
  tellsBy?: number;
}

/** For the few routes that are none of the three above. */
export function declare(api: Api, needs: Needs, method: DeclaredRoute['method'], declaration: Declaration, work: AnyWork): void {
  const { path, params, query, body } = declaration;
  const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  const declared: DeclaredRoute = {
    method,
    path,
    pattern,
    needs,
    takesBody: body !== undefined,
    ...(declaration.streams && { streams: true }),
  };
  api.routes.push(declared);
  const route = createRoute({
    method,
    path,
    summary: declaration.summary,
    ...(declaration.description ? { description: declaration.description } : {}),
    tags: [declaration.tag],
    operationId: operationId(method, path),
    security: needs === 'open' || api.parts.tokens.length === 0 ? [] : [{ token: [] }],
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query: query.strict() } : {}),
      ...(needs === 'operate' ? { headers: KEY_HEADER } : {}),
      ...(body ? { body: { required: true, content: { 'application/json': { schema: body.strict() } } } } : {}),
    },
    responses: responses(declaration),
  });
  api.app.openapi(
    route as never,
    ((context: Context<WebEnv>) => {
      const { parts } = api;
      const caller = context.get('caller');
      return api.around(declared, context, async (key) => {
        const asking: Asking<unknown, unknown, unknown> = {
          params: params ? context.req.valid('param' as never) : {},
          query: query ? context.req.valid('query' as never) : {},
          body: body ? context.req.valid('json' as never) : undefined,
          project: parts.project,
          parts,
          caller,
          now: parts.now(),
          server: () => parts.serverFor(caller, key),
          session: () => parts.temporal(),
          context,
        };
        const answer = await work(asking);
        return answer instanceof Response ? answer : context.json(answer as object);
      });
    }) as never,
  );
}

export const KEY_HEADER = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'is 1 to 200 visible characters')
    .optional()
    .openapi({ description: 'Chosen by the client, new for each action: the same key again has no second effect' }),
});

function operationId(method: string, path: string): string {
  const words = path.split('/').filter((part) => part !== '' && part !== 'api');
  return [method, ...words.map((word) => word.replace(/^\{(.*)\}$/, 'by_$1').replaceAll(/[^a-z0-9_]/gi, '_'))].join('_');
}

const TEXTS: Record<number, string> = {
  400: 'Bad input: what and where',
  401: 'No token, or a wrong one',
  403: 'Not for this role or origin',
  404: 'Not there',
  405: 'Not by this method',
  409: 'The state of things does not allow it now',
  413: 'Too large a body',
  415: 'A body that is not JSON',
  421: 'Not for this server: a name that is none of this machine',
  429: 'Too often',
  500: 'A fault of daychain',
  503: 'A server cannot be reached, or there is too much to do',
};

function responses({ answer, mediaType = 'application/json', tellsBy, body }: Declaration): Record<number, object> {
  const own = { [mediaType]: { schema: answer } };
  const problem = { 'application/problem+json': { schema: ProblemSchema } };
  const statuses = [400, 401, 403, 404, 405, 409, 421, 429, 500, 503, ...(body === undefined ? [] : [413, 415])];
  const problems = statuses.map((status) => {
    return [status, { description: TEXTS[status], content: { ...problem, ...(status === tellsBy && own) } }];
  });
  // Answered before anything of ours sees the request.
  const head = { description: 'A head, path and query in it, larger than 32 KiB' };
  return { 200: { description: 'Done', content: own }, ...Object.fromEntries(problems), 431: head } as Record<number, object>;
}
