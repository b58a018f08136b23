import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttp } from '../../src/kit/http/client.js';
import type { HttpError } from '../../src/kit/http/errors.js';
import { within } from '../support/engine.js';
import { startNameServer } from '../support/dns-server.js';
import { formsOf } from './address-forms.js';
import { serve, type TestServer } from './http-server.js';

/** May reach these servers by their address, and everything public on the port of `inside`. */
function client(inside: TestServer, options: Parameters<typeof createHttp>[0]) {
  const http = createHttp({ ports: [inside.port], retries: 0, connectTimeout: '2 seconds', ...options });
  onTestFinished(() => http.close());
  return http;
}

async function errorOf(request: () => Promise<unknown>): Promise<HttpError> {
  const asked = Promise.resolve().then(request);
  return await within(
    20_000,
    'an error',
    asked.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: HttpError) => error,
    ),
  );
}

describe('with a real name server', () => {
  test.each([
    '127.0.0.1',
    '10.0.0.5',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::ffff:7f00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::1',
    '2001:0:7f00:1::1',
    'fe80::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
  ])('a name at %s is refused where it connects', async (address) => {
    const inside = await serve();
    const names = await startNameServer(() => [address]);
    for (const host of ['shop.test', 'shop.test.', 'SHOP.test']) {
      const error = await errorOf(() =>
        client(inside, { resolve: (name) => names.resolve(name) }).get(`http://${host}:${inside.port}/`),
      );
      expect(error).toMatchObject({ trouble: 'refused', fate: 'give_up' });
    }
    expect(inside.asked).toEqual([]);
    expect(names.asked.length).toBeGreaterThan(0);
  });

  test('a name that is public at first and then this machine gains nothing: each connection goes to what was checked for it', async () => {
    const inside = await serve();
    // 3000::1 counts as public, and nobody has it.
    const names = await startNameServer((_, count) => [count === 1 ? '3000::1' : '127.0.0.1']);
    const http = client(inside, { resolve: (name) => names.resolve(name) });
    const url = `http://rebind.test:${inside.port}/`;
    expect((await errorOf(() => http.get(url))).trouble).not.toBe('refused');
    // One question for each kind of address: nobody asks again between the check and the connection.
    expect([...names.asked].sort()).toEqual(['A rebind.test', 'AAAA rebind.test']);
    expect((await errorOf(() => http.get(url))).message).toContain('rebind.test is at 127.0.0.1, which is this very machine');
    expect(inside.asked).toEqual([]);
  });

  test('one inner address among public ones is enough', async () => {
    const inside = await serve();
    const names = await startNameServer(() => ['3000::1', '127.0.0.1']);
    const http = client(inside, { resolve: (name) => names.resolve(name) });
    expect((await errorOf(() => http.get(`http://both.test:${inside.port}/`))).trouble).toBe('refused');
    expect(inside.asked).toEqual([]);
  });

  test('a redirect to a name that changed its mind meanwhile is refused too', async () => {
    const inside = await serve();
    const outside = await serve((response) => response.writeHead(307, { location: `http://page.test:${inside.port}/` }).end());
    const names = await startNameServer((name) => [name === 'page.test' ? '127.0.0.1' : '3000::1']);
    const http = client(inside, { allow: [`127.0.0.1:${outside.port}`], resolve: (name) => names.resolve(name) });
    expect((await errorOf(() => http.get(outside.origin))).message).toContain('page.test is at 127.0.0.1');
    expect(outside.asked).toHaveLength(1);
    expect(inside.asked).toEqual([]);
  });

  test('a name that is allowed is reached where it is, and one that is not there is told', async () => {
    const inside = await serve();
    const names = await startNameServer((name) => (name === 'inside.test' ? ['127.0.0.1'] : []));
    const http = client(inside, { allow: [`inside.test:${inside.port}`], resolve: (name) => names.resolve(name) });
    expect((await http.get(`http://inside.test:${inside.port}/`)).text()).toBe('hello');
    expect((await errorOf(() => http.get(`http://gone.test:${inside.port}/`))).message).toContain('has no address');
  });
});

describe('no way to write an inner address leads there', () => {
  test.each([
    '127.0.0.1',
    '127.9.8.7',
    '0.0.0.0',
    '10.20.30.40',
    '172.31.0.9',
    '192.168.0.1',
    '169.254.169.254',
    '100.100.100.200',
  ])('%s', async (address) => {
    const inside = await serve();
    const looked: string[] = [];
    const http = client(inside, {
      resolve: (host) => {
        looked.push(host);
        return Promise.resolve([{ address, family: 4 }]);
      },
    });
    const outside = await serve((response, { path }) =>
      response.writeHead(302, { location: decodeURIComponent(path.slice(1)) }).end(),
    );
    const following = client(inside, { allow: [`127.0.0.1:${outside.port}`] });
    for (const url of formsOf(address, inside.port)) {
      const error = await errorOf(() => http.get(url));
      const isNoUrl = (error as { code?: string }).code === 'ERR_INVALID_URL';
      if (!isNoUrl) expect(error, url).toMatchObject({ trouble: 'refused', fate: 'give_up' });
      // Header values are bytes; what does not fit into them cannot come as one.
      if (isNoUrl || /[^\x20-\x7e]/.test(url)) continue;
      const redirected = await errorOf(() => following.get(`${outside.origin}/${encodeURIComponent(url)}`));
      expect(redirected.trouble, url).toMatch(/^(refused|redirect)$/);
    }
    expect(looked).toEqual([]);
    expect(inside.asked).toEqual([]);
  });

  test('and most of the forms are URLs indeed: the list tests the guard, not the parser', () => {
    const forms = formsOf('127.0.0.1', 8080);
    expect(forms.filter((url) => URL.canParse(url)).length).toBeGreaterThan(45);
  });
});
