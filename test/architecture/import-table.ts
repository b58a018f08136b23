/**
 * Who may import whom. A folder or file of src/ may import itself, and what its row names; a type-only import also
 * what `types` names. There is no other way in: what no row allows is forbidden.
 */

export interface Row {
  /** Folders and files of src/ whose code may be imported. */
  code: readonly string[];
  /** Those whose types may be imported besides; `'*'` is all of src/. */
  types: readonly string[] | '*';
  /** Packages. A name allows its sub-paths too; a sub-path allows only itself. */
  packages: readonly string[];
  /** Whether node: modules may be imported. */
  node: boolean;
  /** Whether it may import what it computes: the files of a user's project. Default false. */
  computed?: boolean;
}

const ENGINE = ['plan', 'time', 'lock', 'define', 'kit', 'registry', 'activities', 'control'];
const SURROUNDINGS = ['connections', 'local', 'notices', 'observability'];
const TEMPORAL = ['@temporalio/activity', '@temporalio/client', '@temporalio/common', '@temporalio/worker'];

/** Everything but the entry files and surfaces: what those may import. */
const BELOW = [...ENGINE, ...SURROUNDINGS, 'workflows'];
const besidesServers = { code: [], types: ['config.ts'], node: true };

export const IMPORT_TABLE: Readonly<Record<string, Row>> = {
  // Pure: no clock, no randomness, no input or output.
  plan: { code: [], types: [], packages: [], node: false },
  // Durations are read the same everywhere, and plan imports nothing in turn.
  time: { code: ['plan'], types: [], packages: ['temporal-polyfill/implementation'], node: false },

  // Replayed: its code is part of every history.
  workflows: { code: ['plan'], types: '*', packages: ['@temporalio/workflow', '@temporalio/common'], node: false },

  lock: { code: [], types: [], packages: ['@redis/client'], node: false },
  define: { code: [], types: ['plan', 'time', 'kit'], packages: ['zod'], node: false },
  // Durations are read the same everywhere; the schema of a language model's answer is an author's zod.
  kit: {
    code: ['define', 'lock', 'plan'],
    types: [],
    packages: ['@electric-sql/pglite', '@redis/client', 'kysely', 'nodemailer', 'pg', 'zod'],
    node: true,
  },
  registry: {
    code: ['define', 'plan', 'time'],
    types: [],
    packages: ['fastest-levenshtein', 'tsx', 'zod'],
    node: true,
    computed: true,
  },
  activities: {
    code: ['registry', 'plan', 'time', 'lock', 'kit', 'define'],
    types: [],
    packages: ['@temporalio/activity', '@temporalio/client', '@temporalio/common'],
    node: true,
  },
  control: {
    code: ['registry', 'lock', 'plan', 'time'],
    types: ['workflows'],
    // dagre lays out the graph of a chain for every surface alike.
    packages: ['@temporalio/client', '@temporalio/common', '@dagrejs/dagre'],
    node: true,
  },

  connections: {
    ...besidesServers,
    packages: ['@redis/client', '@temporalio/client', '@temporalio/envconfig', '@temporalio/worker'],
  },
  // Its own servers are asked over the same connections as any other.
  local: { ...besidesServers, code: ['connections'], packages: ['@redis/client', '@temporalio/client', 'js-redis-server'] },
  // What a notice says stands in histories, and its sentences are the plan's; its target is as an author writes it.
  notices: { ...besidesServers, code: ['plan'], types: ['config.ts', 'define'], packages: ['nodemailer'] },
  observability: { ...besidesServers, packages: ['pino', '@temporalio/worker'] },

  // Runs a chain with a worker and a server of its own, without configuration.
  testing: {
    code: ['activities', 'registry', 'plan', 'time', 'define', 'connections', 'local', 'lock'],
    types: [],
    packages: [...TEMPORAL, 'zod'],
    node: true,
  },

  // Entry files and surfaces. Nobody else imports them, and only they read the configuration.
  'config.ts': { code: [], types: [], packages: ['@temporalio/envconfig', 'fastest-levenshtein', 'zod'], node: true },
  // What commands and programs open. It reads the configuration for both, so that both find the same project and servers.
  session: {
    code: ['registry', 'control', 'lock', 'connections', 'local', 'config.ts'],
    types: [],
    packages: [],
    node: true,
  },
  // What users call from their own programs. All of it is imported when it is called: a task's file imports the package too.
  'client.ts': { code: ['session', 'control', 'plan'], types: [], packages: [], node: false },

  // Retryables, called from any program. Their files are imported by tasks too, so the same holds.
  calls: {
    code: ['session', 'control', 'registry', 'activities', 'define', 'plan', 'time'],
    types: [],
    packages: ['zod'],
    node: true,
  },

  'worker.ts': { code: [...BELOW, 'config.ts'], types: [], packages: TEMPORAL, node: true },
  'schedules.ts': { code: [...BELOW, 'config.ts'], types: [], packages: TEMPORAL, node: true },
  web: {
    code: [...BELOW, 'session', 'config.ts'],
    types: [],
    packages: [...TEMPORAL, 'hono', '@hono/node-server', '@hono/zod-openapi', 'prom-client'],
    node: true,
  },
  // Runs in the browser: it shows what the server sends, and shares its shapes with it, never its code.
  'web/page': { code: [], types: ['control', 'plan', 'web'], packages: ['preact'], node: false },
  cli: {
    code: [...BELOW, 'session', 'config.ts', 'worker.ts', 'schedules.ts', 'web'],
    types: [],
    packages: [...TEMPORAL, 'commander', 'jsonc-parser', 'log-update', 'picocolors', 'fastest-levenshtein'],
    node: true,
  },

  // What users import: the author's side, and what loads the rest when it is called.
  'index.ts': { code: ['define', 'kit', 'calls', 'client.ts'], types: ['plan'], packages: ['zod'], node: false },
};
