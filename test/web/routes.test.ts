/** What each route needs, and what is refused before any route is reached. */
import { beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../../src/web/api/document.js';
import type { Api, DeclaredRoute } from '../../src/web/api/frame.js';
import { bareApi, bareProject, readAnswer, TOKENS, type Answer } from './web.js';

let open: Api;
let guarded: Api;
const HOST = { host: 'localhost:7070' };
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const [OPERATE, READ] = [bearer(TOKENS[0].secret), bearer(TOKENS[1].secret)];

beforeAll(async () => {
  const project = await bareProject({
    name: 'web-routes',
    tasks: { task_a: '{ run: () => ({}) }' },
    chains: { chain_a: { schedule: { daily: '06:00' }, tasks: { task_a: [] } } },
  });
  open = bareApi({ project, limits: { actionsPerMinute: 10_000, wrongTokensPerMinute: 10_000 } as never });
  guarded = bareApi({ project, tokens: TOKENS, limits: { actionsPerMinute: 10_000, wrongTokensPerMinute: 10_000 } as never });
});

/** Each parameter filled with something that could be. */
function pathOf({ path }: DeclaredRoute): string {
  const filled: Record<string, string> = {
    run: 'chain_a:20260203',
    chain: 'chain_a',
    task: 'task_a',
    id: 'chain_a',
    date: '20260203',
    runKey: '20260203',
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? 'backfill:chain_a:1');
}

async function ask(
  api: Api,
  route: Pick<DeclaredRoute, 'method' | 'path'>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const method = route.method.toUpperCase();
  const body = method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json', ...HOST, ...headers } };
  const controller = new AbortController();
  const request = new Request(`http://localhost:7070${pathOf(route as DeclaredRoute)}`, {
    method,
    headers: { ...HOST, ...headers },
    signal: controller.signal,
    ...body,
  });
  const response = await api.app.request(request);
  if (!/event-stream/.test(response.headers.get('content-type') ?? '')) return await readAnswer(response);
  await response.body?.cancel();
  return { status: response.status, headers: response.headers, body: '' };
}

describe('the routes', () => {
  it('are all declared with what they need: none is reached beside the declarations', () => {
    const declared = new Set(
      open.routes.map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const reached = open.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/*' && path !== '*')
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(reached)].filter((route) => !declared.has(route))).toEqual([]);
    expect(declared.size).toBeGreaterThan(45);
  });

  it('are open only where nothing is told but how to come in', () => {
    const all = open.routes.filter(({ needs }) => needs === 'open').map(({ method, path }) => `${method} ${path}`);
    expect(all.sort()).toEqual(['delete /api/session', 'get /api/session', 'get /healthz', 'post /api/session']);
  });

  it('need the role to operate wherever they are not GET', () => {
    for (const { method, path, needs } of open.routes) {
      if (needs !== 'open')
        expect(`${method} ${path} ${needs}`).toBe(`${method} ${path} ${method === 'get' ? 'read' : 'operate'}`);
    }
  });

  it('answer nobody without a token, where tokens are set', async () => {
    for (const route of guarded.routes.filter(({ needs }) => needs !== 'open')) {
      for (const headers of [{}, bearer('x'.repeat(24)), { cookie: `daychain_token=${'y'.repeat(24)}` }] as Record<
        string,
        string
      >[]) {
        const { status, body } = await ask(guarded, route, headers);
        expect(`${route.method} ${route.path} ${status} ${body.kind}`).toBe(`${route.method} ${route.path} 401 token_needed`);
      }
    }
  });

  it('let a token of role read read, and do nothing', async () => {
    for (const route of guarded.routes.filter(({ needs }) => needs !== 'open')) {
      const { status } = await ask(guarded, route, READ);
      if (route.needs === 'read') expect([401, 403], route.path).not.toContain(status);
      else expect(status, route.path).toBe(403);
    }
  });

  it('let a token of role operate do both, by header and by cookie', async () => {
    for (const route of guarded.routes.filter(({ needs }) => needs !== 'open')) {
      for (const headers of [OPERATE, { cookie: `daychain_token=${TOKENS[0].secret}` }] as Record<string, string>[]) {
        expect([401, 403], route.path).not.toContain((await ask(guarded, route, headers)).status);
      }
    }
  });

  it('take no action that another site has a browser send', async () => {
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[];
    for (const route of open.routes.filter(({ method }) => method !== 'get')) {
      for (const headers of foreign) expect((await ask(open, route, headers)).body.kind).toBe('foreign_origin');
      const own = await ask(open, route, { origin: 'http://localhost:7070', 'sec-fetch-site': 'same-origin' });
      expect(own.status, route.path).not.toBe(403);
    }
  });

  it('take JSON only, and say so', async () => {
    for (const { path, method } of open.routes.filter(({ needs }) => needs === 'operate')) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
        const headers = { ...HOST, ...(type === '' ? {} : { 'content-type': type }) };
        const response = await open.app.request(pathOf({ path, method } as DeclaredRoute), {
          method: 'POST',
          body: '{}',
          headers,
        });
        expect(response.status, path).toBe(415);
      }
    }
  });

  it('answer to names of this machine only where no token is needed', async () => {
    for (const host of [
      'evil.example',
      'evil.example:7070',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '192.168.1.7:7070',
      '',
    ]) {
      expect((await ask(open, { method: 'get', path: '/healthz' }, { host })).status, host).toBe(421);
    }
    for (const host of ['localhost', '127.0.0.1:7070', '[::1]:7070', 'daychain.localhost:80', '127.8.9.1']) {
      expect((await ask(open, { method: 'get', path: '/healthz' }, { host })).status, host).toBe(200);
    }
  });

  it('say 503 with the cause and the address where the server is away', async () => {
    const { status, body, headers } = await ask(open, { method: 'get', path: '/api/status' });
    expect(status).toBe(503);
    expect(body).toMatchObject({ kind: 'unreachable', address: '127.0.0.1:1' });
    expect(body.detail).toContain('connection refused');
    expect(headers.get('retry-after')).toBe('2');
  });
});

describe('every answer', () => {
  it('carries the headers that keep browsers from mischief', async () => {
    for (const path of ['/healthz', '/api/status', '/api/nothing', '/deep/link', '/docs', '/metrics']) {
      const response = await open.app.request(path, { headers: HOST });
      const header = (name: string) => response.headers.get(name);
      expect(header('content-security-policy')).toContain("default-src 'none'");
      expect(header('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(header('content-security-policy')).not.toContain('unsafe');
      expect(header('x-content-type-options')).toBe('nosniff');
      expect(header('referrer-policy')).toBe('no-referrer');
      expect(header('cache-control')).toBe('no-store');
      expect(header('access-control-allow-origin')).toBeNull();
    }
  });

  it('has the same shape for what is not there and what is not allowed', async () => {
    const shape = (answer: Answer) => [Object.keys(answer.body as object).sort(), answer.headers.get('content-type')];
    const missing = await ask(guarded, { method: 'get', path: '/api/nothing' }, READ);
    const forbidden = await ask(guarded, { method: 'post', path: '/api/sync' }, READ);
    expect([missing.status, forbidden.status]).toEqual([404, 403]);
    expect(shape(missing)).toEqual(shape(forbidden));
  });

  it('tells who has no token the same of paths that are there and paths that are not', async () => {
    const there = await ask(guarded, { method: 'get', path: '/api/status' });
    const missing = await ask(guarded, { method: 'get', path: '/api/nothing' });
    expect(missing.body).toEqual(there.body);
  });

  it('hides a fault of our own, and logs it', async () => {
    const logged: unknown[] = [];
    const broken = bareApi({
      project: open.parts.project,
      serverFor: () => Promise.reject(new Error('secret /path/inside')),
      log: (_, error) => logged.push(error),
    });
    const { status, body } = await ask(broken, { method: 'get', path: '/api/status' });
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(String(logged[0])).toContain('secret /path/inside');
  });
});

describe('a run key', () => {
  it('of an instant that there is not is bad input', async () => {
    for (const key of ['08990441T041300Z', '20260203T250000Z', '20260230T000000Z']) {
      const { status, body } = await ask(open, { method: 'get', path: `/api/why/chain_a/${key}` });
      expect([status, body.kind], key).toEqual([400, 'bad_input']);
    }
  });
});

describe('the document', () => {
  it('asks for a token where the server does', () => {
    const needing = (api: Api) =>
      Object.values(documentOf(api).paths).flatMap((methods) =>
        Object.values(methods).filter(({ security }) => (security ?? []).length > 0),
      ).length;
    expect(needing(open)).toBe(0);
    expect(needing(guarded)).toBe(guarded.routes.filter(({ needs }) => needs !== 'open').length);
  });
});

describe('limits', () => {
  it('read no body beyond the limit', async () => {
    const body = JSON.stringify({ id: 'chain_a', reason: 'x'.repeat(300_000) });
    const headers = { ...HOST, 'content-type': 'application/json', 'content-length': String(body.length) };
    const response = await open.app.request('/api/runs', { method: 'POST', body, headers });
    expect(response.status).toBe(413);
  });

  it('count actions by who takes them, and wrong tokens by address', async () => {
    let now = 1_000_000;
    const limits = { actionsPerMinute: 3, wrongTokensPerMinute: 2 } as never;
    const api = bareApi({ project: open.parts.project, tokens: TOKENS, limits, now: () => now });
    const act = async () => await ask(api, { method: 'post', path: '/api/sync' }, OPERATE);
    for (let times = 0; times < 3; times++) expect((await act()).status).toBe(503);
    const refused = await act();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    now += 60_000;
    expect((await act()).status).toBe(503);

    const guess = async () => (await ask(api, { method: 'get', path: '/api/status' }, bearer('z'.repeat(20)))).status;
    expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429]);
    expect((await ask(api, { method: 'get', path: '/api/status' }, READ)).status).toBe(503);
  });
});

describe('a browser', () => {
  it('sends the token once, and keeps it where no script reads it', async () => {
    const post = (token: string) =>
      guarded.app.request('/api/session', {
        method: 'POST',
        body: JSON.stringify({ token }),
        headers: { ...HOST, 'content-type': 'application/json' },
      });
    const wrong = await post('wrong');
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    const right = await post(TOKENS[1].secret);
    expect(await right.json()).toEqual({ tokenNeeded: true, name: 'board', role: 'read' });
    const cookie = right.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const who = await guarded.app.request('/api/session', { headers: { ...HOST, cookie: cookie.split(';')[0] ?? '' } });
    expect(await who.json()).toEqual({ tokenNeeded: true, name: 'board', role: 'read' });
  });

  const old = { cookie: 'daychain_token=rotated-0123456789abcdef' };
  const DROPPED = /^daychain_token=;.*Max-Age=0/;

  it('drops a cookie whose token is none any more, so that it goes on being told that a token is needed', async () => {
    const api = bareApi({ project: open.parts.project, tokens: TOKENS, limits: { wrongTokensPerMinute: 1 } as never });
    const look = async (headers: Record<string, string>) => {
      const { status, headers: told } = await ask(api, { method: 'get', path: '/api/status' }, headers);
      return { status, cookie: told.get('set-cookie') };
    };
    expect(await look(old)).toEqual({ status: 401, cookie: expect.stringMatching(DROPPED) });
    // Sent at the same moment as the first: one too many, but the browser has to learn it here too.
    expect(await look(old)).toEqual({ status: 429, cookie: expect.stringMatching(DROPPED) });
    expect(await look({})).toEqual({ status: 401, cookie: null });
    expect(await look({ cookie: `daychain_token=${TOKENS[1].secret}` })).toEqual({ status: 503, cookie: null });
    expect((await look({ ...old, ...READ })).cookie).toBeNull();
  });

  it('that asks who it is drops it too, and guesses no more often there; the cookie of a new token stays', async () => {
    const api = bareApi({ project: open.parts.project, tokens: TOKENS, limits: { wrongTokensPerMinute: 1 } as never });
    const who = () => ask(api, { method: 'get', path: '/api/session' }, old);
    const [first, second] = [await who(), await who()];
    expect([first.status, first.body.name, second.status]).toEqual([200, null, 429]);
    expect(first.headers.get('set-cookie')).toMatch(DROPPED);
    const entered = await api.app.request('/api/session', {
      method: 'POST',
      body: JSON.stringify({ token: TOKENS[0].secret }),
      headers: { ...HOST, ...old, 'content-type': 'application/json' },
    });
    expect(entered.headers.getSetCookie()).toEqual([expect.stringContaining(TOKENS[0].secret)]);
  });
});
