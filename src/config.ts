/** Configuration: the environment, and `.env` in the project's folder. The only reader of process.env. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

export type SuccessKeys = 'off' | 'read' | 'read-write';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where a Temporal server is, as the environment or a profile says. */
export interface TemporalSettings {
  /** `host:port`. */
  address: string;
  tls?: NonNullable<ReturnType<typeof loadClientConnectConfig>['connectionOptions']['tls']>;
  apiKey?: string;
  metadata?: Record<string, string>;
}

export interface RedisSettings {
  url?: string;
  host?: string;
  port?: number;
  password?: string;
}

/** The HTTP API and the page. */
export interface WebSettings {
  /** What is listened on. */
  host: string;
  port: number;
  /** Who is let in; empty: whoever is on this machine. */
  tokens: { name: string; role: 'read' | 'operate'; secret: string }[];
}

/** One effective value, for people to read. */
export interface Setting {
  name: string;
  /** Masked where it is a secret; null where nothing is set and there is no default. */
  value: string | null;
  source: 'environment' | '.env' | 'temporal.toml' | 'default';
}

export interface Config {
  /** Null: nothing is configured; servers are found or provided locally. */
  temporal: TemporalSettings | null;
  /** Null: the project's, else `default`. */
  namespace: string | null;
  /** Null: nothing is configured. */
  redis: RedisSettings | null;
  appDatabase: number;
  lockDatabase: number;
  lockTtlSeconds: number;
  successTtlSeconds: number;
  successKeys: SuccessKeys;
  /** Folder of the embedded servers' data and state. Null: `.daychain` in the project's folder. */
  home: string | null;
  temporalBinary: string | null;
  testServerBinary: string | null;
  /** Where downloaded binaries are kept. */
  cacheDir: string;
  logLevel: LogLevel;
  /** Where people reach the page, for links in notices. Null: nobody told. */
  pageUrl: string | null;
  web: WebSettings;
  /** How long bodies may run on when a worker is told to stop, in milliseconds. */
  drainMs: number;
  /** The environment with `.env` beneath it: secrets of tasks, and what commands inherit. */
  environment: Record<string, string>;
  settings: Setting[];
  /** Where a variable of the environment comes from; `default` for one that is not set. */
  sourceOf(name: string): Setting['source'];
  /** What is odd, but no reason to stop. */
  warnings: string[];
}

/** All that is wrong with the configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
    );
  }
}

/**
 * Reads the configuration of the project in `projectDir`. The environment wins over `.env`; an empty value counts as none.
 * @throws ConfigError with all problems at once
 */
export function readConfig(projectDir: string, environment: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const dotenvPath = join(projectDir, '.env');
  const file = readDotenv(dotenvPath, problems);
  const own = withoutEmpty(environment);
  const merged = { ...file, ...own };
  const sourceOf = (name: string): Setting['source'] => (name in own ? 'environment' : name in file ? '.env' : 'default');

  const parsed = SCHEMA.safeParse(merged);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const shown = SECRETS.has(name) ? 'its value' : JSON.stringify(merged[name]);
      const where = sourceOf(name) === '.env' ? ` (in ${dotenvPath})` : '';
      problems.push(`${name}${where}: ${shown} ${issue.message}`);
    }
  }
  const temporal = readTemporal(merged, problems);
  if (!parsed.success || problems.length > 0 || temporal === null) throw new ConfigError(problems);

  const values = parsed.data;
  return {
    temporal: temporal.settings,
    namespace: temporal.namespace,
    redis: redisOf(values),
    appDatabase: values.REDIS_DB,
    lockDatabase: values.REDIS_LOCK_DB,
    lockTtlSeconds: values.REDIS_LOCK_TIMEOUT,
    successTtlSeconds: values.REDIS_SUCCESS_TTL,
    successKeys: values.SUCCESS_KEYS,
    home: values.DAYCHAIN_HOME === undefined ? null : resolve(projectDir, values.DAYCHAIN_HOME),
    temporalBinary: values.DAYCHAIN_TEMPORAL_BIN ?? null,
    testServerBinary: values.DAYCHAIN_TEST_SERVER_BIN ?? null,
    cacheDir: values.DAYCHAIN_CACHE === undefined ? defaultCache(merged) : resolve(projectDir, values.DAYCHAIN_CACHE),
    logLevel: values.DAYCHAIN_LOG_LEVEL,
    pageUrl: values.DAYCHAIN_PAGE_URL ?? null,
    web: { host: values.DAYCHAIN_WEB_HOST, port: values.DAYCHAIN_WEB_PORT, tokens: values.DAYCHAIN_WEB_TOKENS },
    drainMs: values.DAYCHAIN_DRAIN_SECONDS * 1_000,
    environment: merged,
    sourceOf,
    settings: [...temporalSettings(temporal, sourceOf), ...effectiveSettings(values, sourceOf)],
    warnings: unknownNames(merged),
  };
}

const seconds = (least: number) =>
  z
    .string()
    .regex(/^\d+$/, `is no whole number of seconds, ${least} or more`)
    .transform(Number)
    .refine((value) => value >= least && Number.isSafeInteger(value), `is no whole number of seconds, ${least} or more`);
const database = z
  .string()
  .regex(/^\d{1,4}$/, 'is no number of a Redis database, 0 or more')
  .transform(Number);
const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, { error: () => `is none of ${words.join(', ')}` });

const port = z
  .string()
  .refine((text) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535, 'is no port, 1 to 65535')
  .transform(Number);
const TOKEN = /^([a-z][a-z0-9_.-]{0,39}):(read|operate):([\x21-\x2b\x2d-\x7e]{16,200})$/i;
const tokens = z.string().transform((text, context) => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const found = words.flatMap((word) => {
    const [, name = '', role = '', secret = ''] = TOKEN.exec(word) ?? [];
    return name === '' ? [] : [{ name, role: role as 'read' | 'operate', secret }];
  });
  const names = new Set(found.map(({ name }) => name));
  const secrets = new Set(found.map(({ secret }) => secret));
  if (found.length === words.length && names.size === words.length && secrets.size === words.length) return found;
  const message =
    'is no list of name:role:secret, with read or operate for role, each name and each secret (16 characters or more) once';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const SCHEMA = z.object({
  REDIS_URL: z
    .string()
    .refine((text) => /^rediss?:\/\//.test(text) && URL.canParse(text), 'is no redis://host:port or rediss://host:port')
    .optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: port.optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: database.default(5),
  REDIS_LOCK_DB: database.default(6),
  REDIS_LOCK_TIMEOUT: seconds(1).default(300),
  REDIS_SUCCESS_TTL: seconds(1).default(86_400),
  SUCCESS_KEYS: oneOf('off', 'read', 'read-write').default('read'),
  DAYCHAIN_HOME: z.string().optional(),
  DAYCHAIN_TEMPORAL_BIN: z.string().optional(),
  DAYCHAIN_TEST_SERVER_BIN: z.string().optional(),
  DAYCHAIN_CACHE: z.string().optional(),
  DAYCHAIN_LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent').default('info'),
  DAYCHAIN_DRAIN_SECONDS: seconds(0).default(20),
  DAYCHAIN_PAGE_URL: z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'is no http:// or https:// address')
    .optional(),
  DAYCHAIN_WEB_HOST: z.string().default('127.0.0.1'),
  DAYCHAIN_WEB_PORT: port.default(7070),
  DAYCHAIN_WEB_TOKENS: tokens.default([]),
});
type Values = z.output<typeof SCHEMA>;

const SECRETS = new Set(['REDIS_URL', 'REDIS_PASSWORD', 'TEMPORAL_API_KEY', 'DAYCHAIN_WEB_TOKENS']);

function readDotenv(path: string, problems: string[]): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') problems.push(`${path} cannot be read: ${message}`);
    return {};
  }
  return withoutEmpty(parseEnv(text));
}

function withoutEmpty(environment: NodeJS.ProcessEnv | NodeJS.Dict<string>): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(entries);
}

interface TemporalRead {
  settings: TemporalSettings | null;
  namespace: string | null;
}

function readTemporal(environment: Record<string, string>, problems: string[]): TemporalRead | null {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: environment });
    const { address, tls, apiKey, metadata } = connectionOptions;
    const settings: TemporalSettings | null = address
      ? {
          address,
          ...(tls ? { tls } : {}),
          ...(typeof apiKey === 'string' ? { apiKey } : {}),
          ...(metadata && Object.keys(metadata).length > 0 ? { metadata: metadata as Record<string, string> } : {}),
        }
      : null;
    return { settings, namespace: namespace ?? null };
  } catch (error) {
    problems.push(`TEMPORAL_… settings or temporal.toml: ${(error as Error).message}`);
    return null;
  }
}

function redisOf(values: Values): RedisSettings | null {
  if (values.REDIS_URL === undefined && values.REDIS_HOST === undefined) return null;
  return {
    // A URL says it all; only a password may stand apart from it.
    ...(values.REDIS_URL === undefined
      ? { host: values.REDIS_HOST!, port: values.REDIS_PORT ?? 6379 }
      : { url: values.REDIS_URL }),
    ...(values.REDIS_PASSWORD === undefined ? {} : { password: values.REDIS_PASSWORD }),
  };
}

function defaultCache(environment: Record<string, string>): string {
  return join(environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache'), 'daychain');
}

function temporalSettings({ settings, namespace }: TemporalRead, sourceOf: (name: string) => Setting['source']): Setting[] {
  const from = (name: string, set: boolean): Setting['source'] => {
    const source = sourceOf(name);
    return set && source === 'default' ? 'temporal.toml' : source;
  };
  const lines: Setting[] = [
    { name: 'TEMPORAL_ADDRESS', value: settings?.address ?? null, source: from('TEMPORAL_ADDRESS', settings !== null) },
    { name: 'TEMPORAL_NAMESPACE', value: namespace, source: from('TEMPORAL_NAMESPACE', namespace !== null) },
  ];
  if (settings?.apiKey) lines.push({ name: 'TEMPORAL_API_KEY', value: '****', source: from('TEMPORAL_API_KEY', true) });
  if (settings?.tls) lines.push({ name: 'TEMPORAL_TLS', value: 'on', source: from('TEMPORAL_TLS', true) });
  return lines;
}

function effectiveSettings(values: Values, sourceOf: (name: string) => Setting['source']): Setting[] {
  return (Object.keys(SCHEMA.shape) as (keyof Values)[]).map((name) => {
    const value = name === 'DAYCHAIN_WEB_TOKENS' ? tokenNames(values) : values[name];
    return { name, value: value === undefined ? null : masked(name, String(value)), source: sourceOf(name) };
  });
}

/** Who has one, and of which role. */
function tokenNames({ DAYCHAIN_WEB_TOKENS: tokens }: Values): string | undefined {
  return tokens.length === 0 ? undefined : tokens.map(({ name, role }) => `${name}:${role}:****`).join(' ');
}

function masked(name: string, value: string): string {
  // Its secrets are left out already.
  if (!SECRETS.has(name) || name === 'DAYCHAIN_WEB_TOKENS') return value;
  // Where it points to is worth seeing; what it lets in is not.
  return name === 'REDIS_URL' ? value.replace(/\/\/[^@/]*@/, '//****@') : '****';
}

/** A misspelt name changes nothing, silently: say so. */
function unknownNames(environment: Record<string, string>): string[] {
  const known = Object.keys(SCHEMA.shape);
  return Object.keys(environment)
    .filter((name) => name.startsWith('DAYCHAIN_') && !known.includes(name))
    .map((name) => {
      const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b))[0]!;
      return `${name} is no setting of daychain${distance(name, nearest) <= 4 ? `. Did you mean ${nearest}?` : ''}`;
    });
}
