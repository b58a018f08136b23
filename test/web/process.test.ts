/** `daychain web` as a process of its own: a crowd, slow and huge requests, a taken port, and the worker beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, connect, type Socket } from 'node:net';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, eventually, resultOf, startEngine, within } from '../support/engine.js';
import { afterwards, redisPort, temporalAddress, temporalNamespace } from '../support/servers.js';

const BIN = fileURLToPath(new URL('../../bin/daychain.js', import.meta.url));
/** Of a process that starts or ends, on a machine that has others to serve. */
const PATIENCE_MS = 90_000;
let engine: Engine;
/** For slow and huge requests. */
let patient: number;
/** Heads that never end, opened by the first test; the server takes ten seconds to let them go. */
let slow: Open[];

beforeAll(async () => {
  engine = await startEngine({
    name: 'web-process',
    tasks: {
      task_gate: '{ run: (ctx) => until(ctx, ctx.secrets.get("GATES") + "/" + ctx.date) }',
      task_a: '{ run: () => ({}) }',
    },
    chains: { chain_a: { schedule: { daily: '06:00' }, tasks: { task_a: [] } } },
  });
  patient = (await listening(start(['--port', '0']))).port;
});

interface Started {
  child: ChildProcess;
  text(): string;
  exit: Promise<number | null>;
}

function start(words: string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [BIN, 'web', '--project', engine.dir, ...words], {
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: temporalNamespace(),
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redisPort()),
      ...environment,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  afterwards(() => child.kill('SIGKILL'));
  return { child, text: () => text, exit };
}

async function listening(web: Started): Promise<{ url: string; port: number }> {
  const url = await eventually('the address of the page', () => /http:\/\/127\.0\.0\.1:\d+/.exec(web.text())?.[0]);
  return { url, port: Number(new URL(url).port) };
}

/** Status of each answer; 0 where the connection was refused. */
async function crowd(port: number, paths: readonly string[], times: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const seen = new Map<number, number>();
  const one = (path: string, again = false) =>
    new Promise<number>((resolve) => {
      const asked = request({ host: '127.0.0.1', port, path, agent }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
      asked.once('error', ({ code }: NodeJS.ErrnoException) => {
        // The server closed a connection it had kept for the next request as that was on its way: any client asks again.
        if (asked.reusedSocket && code === 'ECONNRESET' && !again) resolve(one(path, true));
        else resolve(0);
      });
      asked.end();
    });
  const all = Array.from({ length: times }, (_, at) => one(paths[at % paths.length]!));
  for (const status of await within(120_000, `${times} answers`, Promise.all(all))) seen.set(status, (seen.get(status) ?? 0) + 1);
  agent.destroy();
  return seen;
}

interface Open {
  socket: Socket;
  answer(): string;
  closed: Promise<string>;
}

async function open(port: number, text: string): Promise<Open> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(text);
  return { socket, answer: () => answer, closed };
}

describe('the process of the page', () => {
  it('lets huge requests go, and answers others beside them and beside slow ones', async () => {
    slow = await Promise.all(
      Array.from({ length: 50 }, () => open(patient, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b')),
    );
    const head = await open(patient, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ${'b'.repeat(40_000)}\r\n\r\n`);
    expect(await within(PATIENCE_MS, 'the end of a huge head', head.closed)).toMatch(/^HTTP\/1\.1 431 /);
    const lengths = 'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000000';
    const body = await open(patient, `POST /api/runs HTTP/1.1\r\n${lengths}\r\nConnection: close\r\n\r\n{"id":"`);
    await eventually('the refusal of a huge body', () => /^HTTP\/1\.1 413 /.test(body.answer()));
    expect((await fetch(`http://127.0.0.1:${patient}/api/chains`)).status).toBe(200);
    body.socket.destroy();
  });

  it('bears ten thousand questions at once, and the run beside it ends as ever', async () => {
    const web = start(['--port', '0']);
    const { port } = await listening(web);
    const run = await engine.startTask({ task: 'task_gate', date: '20260203' });
    const asking = crowd(port, ['/healthz', '/api/status', '/api/chains', '/api/runs', '/api/next'], 10_000);
    engine.open('20260203');
    expect(await resultOf(run)).toMatchObject({ status: 'success' });
    const seen = await asking;
    expect([...seen.keys()].filter((status) => ![200, 503].includes(status))).toEqual([]);
    expect(seen.get(200)).toBeGreaterThan(5_000);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    web.child.kill('SIGTERM');
    expect(await within(PATIENCE_MS, 'its end', web.exit)).toBe(0);
  });

  it('says whose port it is that is taken, or takes the next one where that is as good', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise<void>((resolve) => other.once('listening', () => resolve()));
    afterwards(() => other.close());
    const { port } = other.address() as { port: number };
    const refused = start(['--port', String(port)]);
    expect(await within(PATIENCE_MS, 'its end', refused.exit)).toBe(2);
    expect(refused.text()).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect((await listening(start(['--port', String(port), '--or-next']))).port).toBeGreaterThan(port);
  });

  it('does not start beyond this machine without a token, and asks for it with one', async () => {
    const refused = start(['--port', '0', '--host', '0.0.0.0']);
    expect(await within(PATIENCE_MS, 'its end', refused.exit)).toBe(2);
    expect(refused.text()).toContain('no token is set');
    const secret = 'read-0123456789abcdef';
    const web = start(['--port', '0', '--host', '0.0.0.0'], { DAYCHAIN_WEB_TOKENS: `board:read:${secret}` });
    const port = await eventually('its port', () => /http:\/\/0\.0\.0\.0:(\d+)/.exec(web.text())?.[1]);
    const status = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${port}/api/chains`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${secret}` })).toBe(200);
    expect(web.text()).not.toContain(secret);
  });

  it('lets slow requests go', async () => {
    const ends = await within(PATIENCE_MS, 'the end of slow heads', Promise.all(slow.map(({ closed }) => closed)));
    expect(ends).toHaveLength(50);
    expect(ends.every((answer) => answer === '' || /^HTTP\/1\.1 408 /.test(answer))).toBe(true);
    expect((await fetch(`http://127.0.0.1:${patient}/healthz`)).status).toBe(200);
  });
});
