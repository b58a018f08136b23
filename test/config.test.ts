import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConfigError, readConfig } from '../src/config.js';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function projectWith(dotenv?: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'daychain-config-'));
  dirs.push(dir);
  if (dotenv !== undefined) writeFileSync(join(dir, '.env'), dotenv);
  return dir;
}

/** Without a home there is no temporal.toml of the machine's user. */
function read(environment: Record<string, string>, dotenv?: string) {
  const dir = projectWith(dotenv);
  return { dir, config: readConfig(dir, { HOME: dir, ...environment }) };
}

describe('configuration', () => {
  it('has a default for everything', () => {
    const { dir, config } = read({});
    expect(config).toMatchObject({
      temporal: null,
      namespace: null,
      redis: null,
      appDatabase: 5,
      lockDatabase: 6,
      lockTtlSeconds: 300,
      successTtlSeconds: 86_400,
      successKeys: 'read',
      home: null,
      logLevel: 'info',
      drainMs: 20_000,
      warnings: [],
    });
    expect(config.cacheDir).toBe(join(dir, '.cache', 'daychain'));
  });

  it('reads .env beneath the environment, and says where each value is from', () => {
    const { config } = read({ REDIS_LOCK_TIMEOUT: '60' }, 'REDIS_LOCK_TIMEOUT=10\nREDIS_HOST=cache.example\n');
    expect(config.lockTtlSeconds).toBe(60);
    expect(config.redis).toEqual({ host: 'cache.example', port: 6379 });
    const source = (name: string) => config.settings.find((setting) => setting.name === name)?.source;
    expect([source('REDIS_LOCK_TIMEOUT'), source('REDIS_HOST'), source('REDIS_DB')]).toEqual(['environment', '.env', 'default']);
  });

  it('takes an empty value for none', () => {
    const { config } = read({ REDIS_URL: '', REDIS_HOST: '' });
    expect(config.redis).toBeNull();
  });

  it('reads where Temporal is, and with what to be let in', () => {
    const { config } = read({
      TEMPORAL_ADDRESS: 'cloud.example:7233',
      TEMPORAL_NAMESPACE: 'prod',
      TEMPORAL_API_KEY: 'top-secret',
    });
    expect(config.temporal).toMatchObject({ address: 'cloud.example:7233', apiKey: 'top-secret', tls: true });
    expect(config.namespace).toBe('prod');
    expect(JSON.stringify(config.settings)).not.toContain('top-secret');
  });

  it('reads a profile of temporal.toml', () => {
    const dir = projectWith();
    const file = join(dir, 'temporal.toml');
    writeFileSync(file, '[profile.default]\naddress = "toml.example:7233"\nnamespace = "from-toml"\n');
    const config = readConfig(dir, { HOME: dir, TEMPORAL_CONFIG_FILE: file });
    expect(config.temporal?.address).toBe('toml.example:7233');
    expect(config.settings[0]).toEqual({ name: 'TEMPORAL_ADDRESS', value: 'toml.example:7233', source: 'temporal.toml' });
  });

  it('tells all problems at once, each with its name and value, but no secret', () => {
    const dir = projectWith('REDIS_DB=five\n');
    const environment = {
      HOME: dir,
      REDIS_PORT: '70000',
      SUCCESS_KEYS: 'maybe',
      REDIS_URL: 'http://user:hush@host',
      DAYCHAIN_DRAIN_SECONDS: '-1',
    };
    let problems: readonly string[] = [];
    try {
      readConfig(dir, environment);
    } catch (error) {
      problems = (error as ConfigError).problems;
    }
    expect(problems).toHaveLength(5);
    const text = problems.join('\n');
    expect(text).toContain('REDIS_PORT: "70000" is no port, 1 to 65535');
    expect(text).toContain(`REDIS_DB (in ${join(dir, '.env')}): "five" is no number of a Redis database`);
    expect(text).toContain('SUCCESS_KEYS: "maybe" is none of off, read, read-write');
    expect(text).not.toContain('hush');
  });

  it('masks secrets where they are shown', () => {
    const { config } = read({ REDIS_URL: 'redis://user:hush@cache.example:6380/0', REDIS_PASSWORD: 'hush-too' });
    const shown = JSON.stringify(config.settings);
    expect(shown).toContain('redis://****@cache.example:6380/0');
    expect(shown).not.toContain('hush');
    expect(config.redis).toEqual({ url: 'redis://user:hush@cache.example:6380/0', password: 'hush-too' });
  });

  it('warns of a name that is nearly one of ours', () => {
    expect(read({ DAYCHAIN_DRAIN_SECOND: '3' }).config.warnings).toEqual([
      'DAYCHAIN_DRAIN_SECOND is no setting of daychain. Did you mean DAYCHAIN_DRAIN_SECONDS?',
    ]);
  });

  it('places folders relative to the project', () => {
    const { dir, config } = read({ DAYCHAIN_HOME: 'data/home' });
    expect(config.home).toBe(join(dir, 'data/home'));
  });
});
