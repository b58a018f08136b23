/** docker-compose.yml and Dockerfile, read as text and data: no engine runs here. See docs/deploy.md for what was run by hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.js';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
  image: string;
  build?: { context: string; args: Record<string, string> };
  command?: string[] | string;
  entrypoint?: string[] | string;
  restart: string;
  environment: Record<string, string>;
  env_file?: { path: string; required: boolean }[];
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; interval?: string; timeout?: string; retries?: number; disable?: boolean };
  logging: { driver: string; options: Record<string, string> };
  security_opt: string[];
  read_only?: boolean;
  cap_drop?: string[];
  user?: string;
  privileged?: boolean;
  container_name?: string;
}
const { services, volumes, ...compose } = parse(text, { merge: true }) as {
  name: string;
  version?: string;
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const named = Object.entries(services);
const ONCE = ['temporal-schema', 'temporal-namespace', 'sync'];
const OURS = ['sync', 'worker', 'web'];
const lasting = named.filter(([name]) => !ONCE.includes(name));

describe('docker-compose.yml', () => {
  test('has all that production needs, and no word of an older format', () => {
    expect(Object.keys(services).sort()).toEqual(
      ['postgres', 'redis', 'sync', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui', 'web', 'worker'].sort(),
    );
    expect(compose.version).toBeUndefined();
    expect(named.filter(([, one]) => one.container_name ?? one.privileged)).toEqual([]);
  });

  test.each(named)('%s: its image is pinned to a version and not deprecated', (name, { image }) => {
    expect(image).toMatch(/^(\$\{DAYCHAIN_IMAGE:-daychain:\d+\.\d+\.\d+\}|[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?)$/);
    expect(image).not.toMatch(/auto-setup|base-|latest/);
    if (name.startsWith('temporal') && name !== 'temporal-ui')
      expect(image.split(':')[1]).toBe(services['temporal']!.image.split(':')[1]);
  });

  test.each(named)('%s: its logs are rotated, and it gains no rights', (_name, one) => {
    expect(one.logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } });
    expect(one.security_opt).toContain('no-new-privileges:true');
  });

  test.each(lasting)('%s: comes back, and says whether it is well', (name, one) => {
    expect(one.restart).toBe('unless-stopped');
    if (name === 'worker') expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toContain('HEALTHCHECK');
    else expect(one.healthcheck).toMatchObject({ test: expect.any(Array) as unknown, retries: expect.any(Number) as unknown });
  });

  test.each(ONCE)('%s: ends, is tried again where it fails, and is waited for', (name) => {
    expect(services[name]!.restart).toMatch(/^on-failure/);
    const waiting = named.flatMap(([, one]) => Object.entries(one.depends_on ?? {})).filter(([on]) => on === name);
    for (const [, { condition }] of waiting) expect(condition).toBe('service_completed_successfully');
    expect(waiting.length > 0 || name === 'sync').toBe(true);
  });

  test.each(named)('%s: waits for what exists, until it is well', (_name, one) => {
    for (const [on, { condition }] of Object.entries(one.depends_on ?? {})) {
      expect(services).toHaveProperty(on);
      if (condition === 'service_healthy') expect(services[on]!.healthcheck?.disable ?? false).toBe(false);
    }
  });

  test.each(OURS)('%s: runs without rights on a file system it cannot write to', (name) => {
    expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'], init: true });
  });

  test('publishes ports to this machine only', () => {
    const ports = named.flatMap(([, one]) => one.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect([services['postgres'], services['redis']].filter((one) => one?.ports)).toEqual([]);
  });

  test('holds no secret: each must be set, in .env, which is ignored by git', () => {
    const secret = Object.entries(Object.assign({}, ...named.map(([, one]) => one.environment)) as Record<string, string>).filter(
      ([name]) => /PASSWORD|PWD|TOKEN/.test(name),
    );
    expect(secret.length).toBeGreaterThan(3);
    for (const [, value] of secret) expect(value).toMatch(/^\$\{[A-Z_]+:\?set it in \.env\}$/);
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const wanted = [...text.matchAll(/\$\{([A-Z_]+):[?-]/g)].map(([, name]) => name!);
    for (const name of new Set(wanted)) expect(example, name).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toEqual(expect.arrayContaining(['.env', '.env.tasks']));
  });

  test.each(OURS)('%s: sets only what daychain reads, and reads it without a problem', (name) => {
    const { environment } = services[name]!;
    const filled = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [
        key,
        value
          .replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
          .replaceAll(/\$\{DAYCHAIN_WEB_TOKENS[^}]*\}/g, 'ops:operate:0123456789abcdef0123')
          .replaceAll(/\$\{[^}]*\}/g, 'secret'),
      ]),
    );
    const config = readConfig(join(ROOT, 'no-such-folder'), filled);
    expect(config.warnings).toEqual([]);
    const known = [...config.settings.map((setting) => setting.name), 'CIVIC_OUT'];
    for (const key of Object.keys(environment)) expect(known).toContain(key);
    expect(config).toMatchObject({ temporal: { address: 'temporal:7233' }, redis: { host: 'redis', port: 6379 } });
  });

  test('mounts files that exist, and volumes that are named', () => {
    for (const volume of named.flatMap(([, one]) => one.volumes ?? [])) {
      const [from] = volume.split(':') as [string];
      if (from.startsWith('./')) expect(existsSync(join(ROOT, from)), from).toBe(true);
      else expect(volumes).toHaveProperty(from);
    }
  });

  test('gives the worker more time to stop than its drain and its last words take', () => {
    const drain = Number(services['worker']!.environment['DAYCHAIN_DRAIN_SECONDS']);
    expect(parseInt((services['worker'] as unknown as { stop_grace_period: string }).stop_grace_period)).toBeGreaterThanOrEqual(
      drain + 20,
    );
  });

  test('keeps locks: Redis appends to disk and throws nothing away', () => {
    expect(services['redis']!.command).toEqual(
      expect.arrayContaining([expect.stringMatching(/--appendonly yes .*--maxmemory-policy noeviction/)]),
    );
  });

  test('registers every search attribute, with its type', () => {
    const script = readFileSync(join(ROOT, 'deploy/temporal-namespace.sh'), 'utf8');
    const words = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList' };
    const made = [...script.matchAll(/^attribute (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(made).toEqual(Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, words[type]]));
  });
});

describe('Dockerfile', () => {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const all = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  test('builds in one stage and runs in another, both of one pinned Node that daychain supports', () => {
    const bases = all('FROM').map((line) => line.split(' ')[0]!);
    expect(bases).toHaveLength(2);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:22\.\d+\.\d+-bookworm-slim$/);
  });

  test('installs what the lock file says, and leaves what only builds need behind', () => {
    expect(all('RUN').join('\n')).toMatch(/npm ci .*[^]*npm prune --omit=dev/);
  });

  test('keeps the packages that the example imports', () => {
    const listed = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
    const kept = /^ARG PROJECT_PACKAGES="(.*)"$/m.exec(lines.join('\n'))![1]!.split(' ');
    const imported = new Set<string>();
    for (const file of readdirSync(join(ROOT, 'examples/civic'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const code = readFileSync(join(ROOT, 'examples/civic', file), 'utf8');
      for (const [, name] of code.matchAll(/^import .* from '([a-z@][^']*)'/gm))
        if (!/^(node:|daychain\/)/.test(name!)) imported.add(name!);
    }
    imported.delete('daychain');
    expect(imported.size).toBeGreaterThan(0);
    const forDevelopment = [...imported].filter((name) => name in listed['devDependencies']!);
    expect(kept).toEqual(expect.arrayContaining(forDevelopment));
    for (const name of imported) expect([...kept, ...Object.keys(listed['dependencies']!)]).toContain(name);
  });

  test('runs as nobody special, in exec form, with a health check', () => {
    expect(all('USER')).toEqual(['node']);
    for (const word of ['ENTRYPOINT', 'CMD']) expect(all(word).every((line) => Array.isArray(JSON.parse(line)))).toBe(true);
    expect(all('HEALTHCHECK')[0]).toMatch(/CMD \["node", "deploy\/health\.mjs", "worker"\]$/);
    expect(lines.indexOf('USER node')).toBeLessThan(lines.findIndex((line) => line.startsWith('ENTRYPOINT')));
  });

  test('copies only what exists, nothing by whole folders of this machine, and .dockerignore lets it through', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = all('COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    for (const path of copied.map((one) => one.replace(/\$\{PROJECT\}/, 'examples/civic'))) {
      expect(path).not.toBe('.');
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(allowed).toContain(path.split('/')[0]);
    }
  });

  test('keeps a native core that the package has', () => {
    const releases = [
      ...all('RUN')
        .join('\n')
        .matchAll(/keep=(\S+)/g),
    ].map(([, name]) => name!);
    expect(releases).toHaveLength(2);
    for (const one of releases)
      expect(existsSync(join(ROOT, 'node_modules/@temporalio/core-bridge/releases', one)), one).toBe(true);
  });
});
