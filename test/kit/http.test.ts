import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { failureOf } from '../../src/activities/verdict.js';
import { createHttp, type HttpOptions } from '../../src/kit/http/client.js';
import type { HttpError } from '../../src/kit/http/errors.js';
import { followed } from '../../src/kit/http/redirects.js';
import { z } from '../../src/index.js';
import { within } from '../support/engine.js';
import { serve, type TestServer } from './http-server.js';

/** A client that may reach these servers only, and pauses a millisecond. */
function client(servers: readonly TestServer[], options: HttpOptions = {}) {
  const allow = servers.map(({ port }) => `127.0.0.1:${port}`);
  const http = createHttp({ allow, delay: '1 millisecond', ...options });
  onTestFinished(() => http.close());
  return http;
}

async function errorOf(request: Promise<unknown>): Promise<HttpError> {
  return await within(
    20_000,
    'an error',
    request.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: HttpError) => error,
    ),
  );
}

describe('the guard', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://１２７.0.0.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[64:ff9b::127.0.0.1]:PORT/',
    'http://localhost:PORT/',
    'http://LocalHost:PORT/',
    'http://169.254.169.254:PORT/latest/meta-data/',
  ])('keeps a request away from %s', async (url) => {
    const server = await serve();
    const http = client([], { ports: [server.port] });
    const error = await errorOf(http.get(url.replace('PORT', String(server.port))));
    expect(error).toMatchObject({ trouble: 'refused', fate: 'give_up' });
    expect(server.asked).toEqual([]);
  });

  test.each([
    ['file:///etc/passwd', 'only http and https'],
    ['ftp://example.org/', 'only http and https'],
    ['gopher://example.org/', 'only http and https'],
    ['http://example.org:22/', 'port 22 is none of 80, 443'],
    ['http://user:secret@example.org/', 'credentials belong into a header'],
  ])('refuses %s', async (url, why) => {
    const error = await errorOf(client([]).get(url));
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });

  test('looks a name up once per connection and connects to what it has seen: an answer that changes gains nothing', async () => {
    const server = await serve();
    // An address nobody has, and then this machine.
    const answers = ['3000::1', '127.0.0.1'];
    const resolve = vi.fn(() => Promise.resolve([{ address: answers.shift()!, family: answers.length === 1 ? 6 : 4 }]));
    const http = client([], { ports: [server.port], resolve, connectTimeout: '300 milliseconds', retries: 1 });
    const error = await errorOf(http.get(`http://rebind.test:${server.port}/`));
    expect(error.message).toContain('rebind.test is at 127.0.0.1, which is this very machine');
    expect(resolve).toHaveBeenCalledTimes(2);
    expect(server.asked).toEqual([]);
  });

  test('refuses a name that has a public address beside one that is not', async () => {
    const server = await serve();
    const resolve = () => Promise.resolve(['3000::1', '127.0.0.1'].map((address, at) => ({ address, family: at === 0 ? 6 : 4 })));
    const error = await errorOf(client([], { ports: [server.port], resolve }).get(`http://both.test:${server.port}/`));
    expect(error.trouble).toBe('refused');
    expect(server.asked).toEqual([]);
  });

  test('lets a host be reached that is allowed by its name, and connects to the address it was given', async () => {
    const server = await serve();
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const http = client([], { allow: [`inside.test:${server.port}`], resolve });
    expect((await http.get(`http://inside.test:${server.port}/`)).text()).toBe('hello');
    expect(server.asked[0]!.headers.host).toBe(`inside.test:${server.port}`);
  });

  test.each(['http://127.0.0.1:PORT/secret', '//127.0.0.1:PORT/secret', 'http://169.254.169.254/', 'file:///etc/passwd'])(
    'checks every hop of a redirect: %s',
    async (location) => {
      const inside = await serve();
      const outside = await serve((response) =>
        response.writeHead(302, { location: location.replace('PORT', String(inside.port)) }).end(),
      );
      const http = client([outside], { ports: [80, inside.port] });
      expect((await errorOf(http.get(outside.origin))).trouble).toBe('refused');
      expect(outside.asked).toHaveLength(1);
      expect(inside.asked).toEqual([]);
    },
  );

  test('takes no notice of a proxy named by the environment', async () => {
    const [server, proxy] = [await serve(), await serve()];
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, proxy.origin);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    onTestFinished(() => void vi.unstubAllEnvs());
    await client([server]).get(server.origin);
    expect(server.asked).toHaveLength(1);
    expect(proxy.asked).toEqual([]);
  });
});

describe('an answer', () => {
  test('is given whole, also where it came packed', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'x-more': '1' }).end(gzipSync('{"pages":31}')),
    );
    const response = await client([server]).get(`${server.origin}/a?b=c`);
    expect(response.json(z.object({ pages: z.number() }))).toEqual({ pages: 31 });
    expect(response.headers['x-more']).toBe('1');
    expect(server.asked[0]!.path).toBe('/a?b=c');
  });

  test.each<[string, number, Record<string, string>]>([
    ['204', 204, {}],
    ['304', 304, {}],
    ['length 0', 200, { 'content-length': '0' }],
  ])('that is empty is taken as such though it says how it is packed: %s', async (_, status, headers) => {
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const server = await serve((response) => response.writeHead(status, { 'content-encoding': encoding, ...headers }).end());
      const response = await client([server], { retries: 0 }).get(server.origin, { accept: [304] });
      expect([response.status, response.body.length]).toEqual([status, 0]);
    }
  });

  test.each<[string, (server: Parameters<typeof serve>[0] & object) => typeof server]>([
    ['announced', () => (response) => void response.writeHead(200, { 'content-length': '1001' }).end('x'.repeat(1_001))],
    [
      'sent in pieces',
      () => (response) => {
        response.write('x'.repeat(600));
        response.end('x'.repeat(600));
      },
    ],
    [
      'packed small',
      () => (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))),
    ],
  ])('that is too large is refused, %s', async (_, answer) => {
    const server = await serve(answer(() => {}));
    const error = await errorOf(client([server], { maxBytes: 1_000 }).get(server.origin));
    expect(error).toMatchObject({ trouble: 'too_large', fate: 'give_up' });
    expect(server.asked).toHaveLength(1);
  });

  test('that is no JSON, or does not fit, says so and may be asked for again', async () => {
    const server = await serve();
    const response = await client([server]).get(server.origin);
    expect(() => response.json()).toThrow('answered what is not the JSON expected');
    const other = await serve((answer) => answer.end('{"pages":"many"}'));
    expect(() => z.object({}).parse(1)).toThrow();
    const fits = await client([other]).get(other.origin);
    expect(() => fits.json(z.object({ pages: z.number() }))).toThrow(/not the JSON expected: pages: Invalid input: [^\n]*$/);
  });

  test.each([
    ['never comes', () => {}],
    ['never ends', (response: { write(text: string): void }) => void response.write('x')],
  ])('that %s ends by the time-out', async (_, answer) => {
    const server = await serve(answer);
    const error = await errorOf(client([server], { timeout: '150 milliseconds', retries: 0 }).get(server.origin));
    expect(error).toMatchObject({ trouble: 'timeout', fate: 'retry' });
  });
});

describe('a request that failed', () => {
  const failing = (times: number, status = 503, headers: Record<string, string> = {}) =>
    serve((response, _, count) => {
      if (count <= times) response.writeHead(status, headers).end();
      else response.end('at last');
    });

  test('is sent again until it succeeds', async () => {
    const server = await failing(2);
    expect((await client([server]).get(server.origin)).text()).toBe('at last');
    expect(server.asked).toHaveLength(3);
  });

  test('is sent again where the connection broke in the middle of the answer', async () => {
    const server = await serve((response, _, count) => {
      if (count > 1) return void response.end('whole');
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect((await client([server]).get(server.origin)).text()).toBe('whole');
  });

  test('is sent once if it may do something twice, and again with the same key if it carries one', async () => {
    const server = await failing(2);
    expect((await errorOf(client([server]).post(server.origin, { a: 1 }))).status).toBe(503);
    expect(server.asked).toHaveLength(1);
    await client([server]).post(server.origin, { a: 1 }, { idempotencyKey: 'task:20260203:1' });
    expect(server.asked.map(({ headers }) => headers['idempotency-key'])).toEqual([
      undefined,
      'task:20260203:1',
      'task:20260203:1',
    ]);
    expect(server.asked[2]).toMatchObject({ method: 'POST', body: '{"a":1}' });
  });

  test('waits as the server asks; a longer wait than allowed goes to the task’s own retry', async () => {
    const soon = await failing(1, 429, { 'retry-after': '0' });
    await client([soon]).post(soon.origin, {});
    expect(soon.asked).toHaveLength(2);

    const late = await failing(1, 429, { 'retry-after': '3600' });
    const error = await errorOf(client([late]).get(late.origin));
    expect(late.asked).toHaveLength(1);
    expect(failureOf(error)).toMatchObject({ nonRetryable: false, nextRetryDelay: 3_600_000 });
  });

  test('gives the task up where no attempt can mend it, names no query, and gives back statuses that are accepted', async () => {
    const server = await serve((response) => response.writeHead(404).end('gone'));
    const error = await errorOf(client([server]).get(`${server.origin}/x?key=secret`));
    expect(failureOf(error)).toMatchObject({ nonRetryable: true, message: `${server.origin}/x answered 404` });
    expect((await client([server]).get(server.origin, { accept: [404] })).text()).toBe('gone');
  });

  test('ends with the signal’s reason once that is aborted, and is not sent again', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort(new Error('the worker is stopping')));
    await expect(within(20_000, 'the end', client([server]).get(server.origin, { signal: stop.signal }))).rejects.toThrow(
      'the worker is stopping',
    );
    expect(server.asked).toHaveLength(1);
  });
});

describe('a redirect', () => {
  test('to another host takes along no header that lets somebody in', async () => {
    const target = await serve();
    const server = await serve((response) => response.writeHead(302, { location: `${target.origin}/t` }).end());
    const headers = { authorization: 'Bearer x', cookie: 'y', 'x-api-key': 'z', accept: 'text/html' };
    const response = await client([server, target]).get(server.origin, { headers });
    expect(response.url).toBe(`${target.origin}/t`);
    expect(server.asked[0]!.headers).toMatchObject(headers);
    const names = Object.keys(target.asked[0]!.headers);
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/authorization|cookie|x-api-key/)]));
    expect(target.asked[0]!.headers.accept).toBe('text/html');
  });

  test('on the same host keeps them; after 303 the body is gone', async () => {
    const server = await serve((response, { path }) =>
      path === '/' ? response.writeHead(303, { location: '/next' }).end() : response.end('done'),
    );
    await client([server]).post(server.origin, { a: 1 }, { headers: { authorization: 'Bearer x' } });
    expect(server.asked[1]).toMatchObject({ method: 'GET', path: '/next', body: '', headers: { authorization: 'Bearer x' } });
  });

  test('in a circle ends', async () => {
    const server = await serve((response) => response.writeHead(302, { location: '/' }).end());
    expect((await errorOf(client([server]).get(server.origin))).message).toContain('redirects more than 5 times');
    expect(server.asked).toHaveLength(6);
  });

  test('never leads from https to http, nor a body to another host', () => {
    const wanted = { method: 'POST', url: new URL('https://a.example/'), headers: {}, body: Buffer.from('x') };
    expect(() => followed({ ...wanted, body: null }, 302, new URL('http://a.example/'))).toThrow('from https to http');
    expect(() => followed(wanted, 307, new URL('https://b.example/'))).toThrow('a request with a body to another host');
    expect(followed(wanted, 307, new URL('https://a.example/b'))).toMatchObject({ method: 'POST', body: wanted.body });
  });
});
