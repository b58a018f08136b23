import { describe, expect, test } from 'vitest';
import { MAX_PLAN_BYTES, MAX_TASKS_PER_CHAIN } from '../../src/plan/limits.js';
import { chain, config, load, task, told } from './fixture.js';

/** All that is told of one chain beside the tasks a, b and c. */
async function ofChain(definition: string): Promise<string[]> {
  const registry = await load({
    'tasks/a.js': task(),
    'tasks/b.js': task(),
    'tasks/c.js': task(),
    'chains/x.js': chain(definition),
  });
  return told(registry).map((text) => text.replace(/^chains\/x\.js /, ''));
}
async function ofTask(definition: string): Promise<string[]> {
  return told(await load({ 'tasks/t.js': task(definition) })).map((text) => text.replace(/^tasks\/t\.js /, ''));
}
async function ofConfig(definition: string): Promise<string[]> {
  const files = { 'daychain.config.js': config(definition), 'tasks/t.js': task() };
  return told(await load(files)).map((text) => text.replace(/^daychain\.config\.js /, ''));
}

describe('a chain', () => {
  test('that is right has no problems', async () => {
    expect(
      await ofChain(`{ summary: 'x', tags: ['y'], schedule: { daily: '06:00' }, timezone: 'Europe/Paris', concurrency: 3, tasks: {
        a: [], b: ['a'], c: { dependsOn: ['a', 'b'], runWhen: 'all_done' }, d: { command: ['/bin/echo', '{date}', '{run_key}', '{scheduled_for}', '{attempt}', '{ own }'], dependsOn: ['c'], timeout: '2 hours' } } }`),
    ).toEqual([]);
  });

  test.each([
    [
      'an unknown parent, with the nearest name',
      `{ tasks: { a: [], b: ['aa'] } }`,
      'tasks.b.dependsOn: "aa" is no task of this project. Did you mean a?',
    ],
    [
      'a parent that is not in the chain',
      `{ tasks: { a: ['b'] } }`,
      'tasks.a.dependsOn: "b" is not in this chain; add it: b: [].',
    ],
    ['a parent named twice', `{ tasks: { a: [], b: ['a', 'a'] } }`, 'tasks.b[1]: "a" is named twice.'],
    ['a task that depends on itself', `{ tasks: { a: ['a'] } }`, 'tasks.a.dependsOn: "a" depends on itself.'],
    ['a circle, as a path', `{ tasks: { a: ['b'], b: ['a'] } }`, 'tasks: tasks wait for each other in a circle: a → b → a.'],
    [
      'a task without a file',
      `{ tasks: { aa: [] } }`,
      'tasks.aa: "aa" is no task of this project: there is no file tasks/aa.ts (or .js, .mjs). Did you mean a?',
    ],
    [
      'null',
      `{ tasks: { a: null } }`,
      "tasks.a: null stands where a list of tasks belongs: write [] or ['task_a'] or { dependsOn: ['task_a'], … }.",
    ],
    [
      'text where a list belongs',
      `{ tasks: { a: [], b: 'a' } }`,
      'tasks.b: "a" stands where a list of tasks belongs: write ["a"].',
    ],
    [
      'text where the parents belong',
      `{ tasks: { a: [], b: { dependsOn: 'a' } } }`,
      'tasks.b.dependsOn: "a" stands where a list of texts belongs: write ["a"].',
    ],
    ['a parent that is no text', `{ tasks: { a: [], b: ['a', 4] } }`, 'tasks.b[1]: 4 is no text.'],
    ['an empty chain', `{ tasks: {} }`, 'tasks: is empty: a chain has at least one task.'],
    [
      'no tasks',
      `{}`,
      "tasks: is missing: expected each task with those it depends on, like { task_a: [], task_b: ['task_a'] }.",
    ],
    [
      'tasks as a list',
      `{ tasks: ['a'] }`,
      `tasks: ["a"] stands where an object belongs: expected each task with those it depends on, like { task_a: [], task_b: ['task_a'] }.`,
    ],
    [
      'a rule that does not exist',
      `{ tasks: { a: [], b: { dependsOn: ['a'], runWhen: 'all_don' } } }`,
      'tasks.b.runWhen: "all_don" is not possible; there are all_success, none_failed, none_skipped, one_success, all_done, one_failed, all_failed. Did you mean all_done?',
    ],
    [
      'a rule with nothing to judge',
      `{ tasks: { a: { runWhen: 'all_done' } } }`,
      'tasks.a.runWhen: has nothing to judge: the task depends on none.',
    ],
    [
      'an unknown key',
      `{ concurency: 3, tasks: { a: [] } }`,
      'concurency: "concurency" is not known here; there are summary, tags, schedule, timezone, catchUp, startWithin, overlap, deadline, late, notices, keep, concurrency, tasks. Did you mean concurrency?',
    ],
    [
      'an unknown key of a place',
      `{ tasks: { a: [], b: { dependson: ['a'] } } }`,
      'tasks.b.dependson: "dependson" is not known here; there are dependsOn, runWhen, dependsOnPast, params, command. Did you mean dependsOn?',
    ],
    [
      "a task's setting in the chain",
      `{ tasks: { a: { timeout: '1 hour' } } }`,
      'tasks.a.timeout: belongs to the task itself: write it into tasks/a.',
    ],
    [
      'too little concurrency',
      `{ concurrency: 0, tasks: { a: [] } }`,
      'concurrency: 0 is not possible; expected a whole number from 1 to 2,000.',
    ],
    [
      'a concurrency that is not whole',
      `{ concurrency: 1.5, tasks: { a: [] } }`,
      'concurrency: 1.5 is not possible; expected a whole number from 1 to 2,000.',
    ],
    [
      'a zone that does not exist',
      `{ timezone: 'Europe/Pari', tasks: { a: [] } }`,
      'timezone: "Europe/Pari" is no time zone. Did you mean Europe/Paris?',
    ],
    [
      'a zone in the wrong letters',
      `{ timezone: 'europe/paris', tasks: { a: [] } }`,
      'timezone: "europe/paris" is no time zone. Did you mean Europe/Paris?',
    ],
    [
      'a day of the week that does not exist, inside a list of forms',
      `{ schedule: [{ daily: '06:00' }, { weekly: { on: 'mondy', at: '10:00' } }], tasks: { a: [] } }`,
      `schedule[1].weekly.on: "mondy" is no day of the week: write 'monday' or 'mon'; several stand in a list. Did you mean monday?`,
    ],
    [
      'a limit that is misspelt',
      `{ schedule: { daily: '06:00', untill: '2026-12-31' }, tasks: { a: [] } }`,
      'schedule.untill: "untill" is not known here; around a form there are from, until, except, jitter and key. Did you mean until?',
    ],
    [
      'what belongs beside the schedule',
      `{ schedule: { daily: '06:00', timezone: 'UTC' }, tasks: { a: [] } }`,
      'schedule.timezone: "timezone" stands beside the schedule, not in it.',
    ],
    [
      'a form of schedule that does not exist',
      `{ schedule: { dayly: '06:00' }, tasks: { a: [] } }`,
      'schedule.dayly: "dayly" is no form of a schedule; there are cron, daily, weekly, monthly, yearly, hourly, every, businessHours and at. Did you mean daily?',
    ],
    [
      'a time that does not exist',
      `{ schedule: { daily: '24:30' }, tasks: { a: [] } }`,
      `schedule.daily: "24:30" is no time of day: write 24 hours and minutes, like '06:00'.`,
    ],
    [
      'a command without a program',
      `{ tasks: { d: { command: [] } } }`,
      `tasks.d.command: [] is no command: write the program and its arguments as a list, like ['/usr/local/bin/backup.sh', '{date}']; there is no shell.`,
    ],
    [
      'a command as one text',
      `{ tasks: { d: { command: 'backup.sh' } } }`,
      `tasks.d.command: "backup.sh" is no command: write the program and its arguments as a list, like ['/usr/local/bin/backup.sh', '{date}']; there is no shell.`,
    ],
    [
      'an unknown placeholder',
      `{ tasks: { d: { command: ['x', '--on={dat}'] } } }`,
      "tasks.d.command[1]: {dat} is no placeholder; there are {date}, {run_key}, {scheduled_for}, {attempt}. Braces of the program's own take a space inside. Did you mean {date}?",
    ],
    [
      'params of a command',
      `{ tasks: { d: { command: ['x'], params: {} } } }`,
      'tasks.d.params: a command takes no params; its arguments stand in "command".',
    ],
    [
      'a command with the id of a task',
      `{ tasks: { a: { command: ['x'] } } }`,
      'tasks.a: "a" is a command here and also the id of tasks/a.js: rename one of them.',
    ],
    [
      'a command with the id of its chain',
      `{ tasks: { x: { command: ['x'] } } }`,
      'tasks.x: "x" is a command here and also the id of chains/x.js: rename one of them.',
    ],
    [
      'a command whose id is none',
      `{ tasks: { Backup: { command: ['x'] } } }`,
      'tasks.Backup: "Backup" is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 characters in all.',
    ],
    [
      'params of a task that takes none',
      `{ tasks: { a: { params: { n: 1 } } } }`,
      'tasks.a.params: the task takes no params: it has no "params" schema.',
    ],
  ])('is refused for %s', async (_, definition, message) => {
    expect(await ofChain(definition)).toContain(message);
    expect(await ofChain(definition)).toHaveLength(1);
  });

  test('with several circles is told of each', async () => {
    const all = await ofChain(`{ tasks: { a: ['b'], b: ['a', 'c'], c: ['b'] } }`);
    expect(all).toEqual([
      'tasks: tasks wait for each other in a circle: a → b → a.',
      'tasks: tasks wait for each other in a circle: b → c → b.',
    ]);
  });

  test('with six fields of cron is shown both readings', async () => {
    expect(await ofChain(`{ schedule: { cron: '0 0 6 * * *' }, tasks: { a: [] } }`)).toEqual([
      'schedule.cron: "0 0 6 * * *" has six fields; cron here has five. Every day at 06:00: "0 6 * * *".\nIf you meant the 6th of every month at 00:00: "0 0 6 * *".',
    ]);
  });

  test('with more tasks than Temporal lets children wait is refused with the limit', async () => {
    const many = (count: number) =>
      `{ tasks: Object.fromEntries(Array.from({ length: ${count} }, (_, n) => ['d' + n, { command: ['x'] }])) }`;
    expect(await ofChain(many(MAX_TASKS_PER_CHAIN))).toEqual([]);
    expect(await ofChain(many(MAX_TASKS_PER_CHAIN + 1))).toEqual([
      'tasks: has 2,001 tasks; a chain holds at most 2,000, as many children as Temporal allows.',
    ]);
  });

  test('whose plan is too large to travel is refused with the limit', async () => {
    const registry = await load({
      'tasks/a.js': task(`{ params: z.object({ text: z.string() }), run() {} }`),
      'chains/x.js': chain(`{ tasks: { a: { params: { text: 'x'.repeat(${MAX_PLAN_BYTES}) } } } }`),
    });
    expect(told(registry)[0]).toMatch(
      /^chains\/x\.js tasks: the chain's plan has 1,500,\d+ bytes; at most 1,500,000 bytes can travel/,
    );
    expect(registry.broken.has('x')).toBe(true);
  });
});

describe('a task', () => {
  test('that is right has no problems', async () => {
    expect(
      await ofTask(`{ summary: 's', tags: ['a', 'b'], params: z.object({ n: z.number().default(1) }), timeout: '7 days', heartbeat: '2 seconds',
        retry: { retries: 0, delay: '0 seconds', backoff: 2, maximumDelay: '1 hour' }, lock: { by: 'run', wait: 0 }, schedule: { cron: '0 6 * * 1' }, timezone: 'UTC', run() {} }`),
    ).toEqual([]);
  });

  test.each([
    ['no body', `{}`, 'run: is missing: run(ctx) is the work itself.'],
    ['a body that is no function', `{ run: 4 }`, 'run: 4 is no function.'],
    [
      'an unknown key',
      `{ run() {}, sumary: 'x' }`,
      'sumary: "sumary" is not known here; there are run, summary, tags, params, schedule, timezone, catchUp, startWithin, overlap, deadline, late, notices, keep, dependsOnPast, needs, isolate, condition, postponeUntil, recheck, timeout, heartbeat, retry, lock. Did you mean summary?',
    ],
    [
      'a condition that is no function',
      `{ run() {}, condition: true }`,
      "condition: true is no function; it is asked before the body: condition: (ctx) => isIdle() || ctx.postpone('10 minutes', 'the machine is busy').",
    ],
    [
      'an end of postponements without any',
      `{ run() {}, postponeUntil: '23:00' }`,
      'postponeUntil: has nothing to end: there is no condition beside it.',
    ],
    [
      'a recheck that is no object',
      `{ run() {}, recheck: '7 minutes' }`,
      `recheck: "7 minutes" is not possible; expected { every: '7 minutes', until: '23:00' }.`,
    ],
    [
      'a recheck without its last look',
      `{ run() {}, recheck: { every: '7 minutes' } }`,
      "recheck.until: is missing: the time of the last look, like '23:00', or '02:00 +1d' for the day after the slot's date.",
    ],
    [
      'a recheck too often',
      `{ run() {}, recheck: { every: '5 milliseconds', until: '23:00' } }`,
      'recheck.every: "5 milliseconds" is not possible; expected "1 second" to "1 day".',
    ],
    [
      'a last look before the slot',
      `{ run() {}, schedule: { daily: '22:00' }, recheck: { every: '1 hour', until: '02:00' } }`,
      'recheck.until: "02:00" 02:00 has passed when the slot comes, at 22:00; the night after it is \'02:00 +1d\'.',
    ],
    ['a reserved key', `{ run() {}, queue: 'x' }`, 'queue: "queue" is reserved for a later version of daychain.'],
    [
      'a bare number as duration',
      `{ run() {}, timeout: 15 }`,
      'timeout: 15 is no duration: write the unit too, like "15 minutes".',
    ],
    [
      'a duration without a unit',
      `{ run() {}, timeout: '15' }`,
      'timeout: "15" is no duration: write a number and its unit, like "15 minutes" (milliseconds, seconds, minutes, hours, days).',
    ],
    [
      'a timeout that is too long',
      `{ run() {}, timeout: '8 days' }`,
      'timeout: "8 days" is not possible; expected "1 second" to "7 days".',
    ],
    [
      'a heartbeat that is too short',
      `{ run() {}, heartbeat: '1 second' }`,
      'heartbeat: "1 second" is not possible; expected "2 seconds" to "7 days".',
    ],
    [
      'too many retries',
      `{ run() {}, retry: { retries: 101 } }`,
      'retry.retries: 101 is not possible; expected a whole number from 0 to 100.',
    ],
    [
      'half a retry',
      `{ run() {}, retry: { retries: 1.5 } }`,
      'retry.retries: 1.5 is not possible; expected a whole number from 0 to 100.',
    ],
    ['a number as retry', `{ run() {}, retry: 3 }`, 'retry: 3 stands where an object { … } belongs.'],
    [
      'a backoff below one',
      `{ run() {}, retry: { backoff: 0.5 } }`,
      'retry.backoff: 0.5 is not possible; expected a number from 1 to 10.',
    ],
    [
      'a longest pause shorter than the first',
      `{ run() {}, retry: { delay: '5 minutes', maximumDelay: '1 minute' } }`,
      'retry.maximumDelay: "1 minute" is shorter than the delay, "5 minutes".',
    ],
    [
      'a lock that is true',
      `{ run() {}, lock: true }`,
      `lock: true is not possible; expected false (no lock) or an object like { wait: '30 minutes' }.`,
    ],
    ['a lock by something else', `{ run() {}, lock: { by: 'day' } }`, 'lock.by: "day" is not possible; there are date, run.'],
    ['tags as text', `{ run() {}, tags: 'x' }`, 'tags: "x" stands where a list of texts belongs: write ["x"].'],
    ['a schema that is none', `{ run() {}, params: { n: 1 } }`, 'params: {"n":1} is no schema: write z.object({ … }).'],
    [
      'a zone without a schedule',
      `{ run() {}, timezone: 'UTC' }`,
      "timezone: has no schedule beside it; in a chain the chain's zone counts.",
    ],
  ])('is refused for %s', async (_, definition, message) => {
    expect(await ofTask(definition)).toEqual([message]);
  });

  test.each([
    'password',
    'dbPasswd',
    'secret',
    'token',
    'githubToken',
    'api_key',
    'apiKey',
    'APIKEY',
    'credentials',
    'private_key',
    'accessKey',
    'aws_secret_access_key',
    'token2',
  ])('may not take a param named %s', async (name) => {
    expect((await ofTask(`{ run() {}, params: z.object({ ${name}: z.string() }) }`))[0]).toMatch(
      new RegExp(
        `^params\\.${name}: "${name}" is named like a secret, and params are stored in history: secrets come from the environment by name: ctx\\.secrets\\.get\\('`,
      ),
    );
  });
  test.each(['max_tokens', 'token_limit', 'keyword', 'monkey', 'primary_key', 'secretary', 'passwordless'])(
    'may take a param named %s',
    async (name) => {
      expect(await ofTask(`{ run() {}, params: z.object({ ${name}: z.string() }) }`)).toEqual([]);
    },
  );
});

describe('a project', () => {
  test.each([
    [
      'a name that is no id',
      `{ name: 'My Project' }`,
      'name: "My Project" is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 characters in all.',
    ],
    ['a reserved name', `{ name: 'backfill' }`, 'name: "backfill" is reserved; at, backfill, retry cannot be ids.'],
    ['an unknown zone', `{ timezone: 'Paris' }`, 'timezone: "Paris" is no time zone.'],
    [
      'an unknown key',
      `{ timeout: '1 hour' }`,
      'timeout: "timeout" is not known here; there are name, timezone, namespace, taskQueue, defaults, settings, clients, lock, notices.',
    ],
    [
      'an unknown default',
      `{ defaults: { timout: '1 hour' } }`,
      'defaults.timout: "timout" is not known here; there are timeout, heartbeat, retry, lock. Did you mean timeout?',
    ],
    [
      'a default that is no duration',
      `{ defaults: { retry: { delay: 5 } } }`,
      'defaults.retry.delay: 5 is no duration: write the unit too, like "5 minutes".',
    ],
    [
      'a client that opens nothing',
      `{ clients: { sql: 'postgres://' } }`,
      'clients.sql: "postgres://" opens nothing; expected a function or { open, close, check }.',
    ],
    ['a client whose close is none', `{ clients: { sql: { open() {}, close: 5 } } }`, 'clients.sql.close: 5 is no function.'],
  ])('is refused for %s', async (_, definition, message) => {
    const all = await ofConfig(definition);
    expect(all.map((text) => text.replace(/ Did you mean \S+\?$/, ''))).toEqual([message.replace(/ Did you mean \S+\?$/, '')]);
  });

  test('with two configurations is told to have one', async () => {
    const registry = await load({ 'daychain.config.js': config('{}'), 'daychain.config.ts': config('{}'), 'tasks/t.js': task() });
    expect(told(registry)).toEqual([
      'daychain.config.ts file: there are two configurations; the other is daychain.config.js. Delete one.',
    ]);
  });
});

describe('ids', () => {
  test('of two files may not be the same, and both files are told', async () => {
    const registry = await load({ 'tasks/a.js': task(), 'tasks/a.mjs': task(), 'chains/a.js': chain('{ tasks: { a: [] } }') });
    expect(told(registry).filter((text) => text.includes('has the same id'))).toHaveLength(4);
    expect(registry.task('a')!.brokenBecause).toMatch(/has the same id/);
    expect(registry.chain('a')!.brokenBecause).toMatch(/has the same id/);
  });
  test('must be ids, and a near one is proposed', async () => {
    const registry = await load({ 'tasks/TaskMail.js': task(), 'tasks/_helper.js': task(), 'tasks/retry.js': task() });
    expect(told(registry)).toEqual([
      expect.stringMatching(
        /^tasks\/TaskMail\.js file name: "TaskMail" is no id: .* Helpers live in subfolders\. Did you mean task_mail\?$/,
      ),
      expect.stringMatching(/^tasks\/_helper\.js file name: "_helper" is no id: .* Did you mean helper\?$/),
      'tasks/retry.js file name: "retry" is reserved; at, backfill, retry cannot be ids. Helpers live in subfolders.',
    ]);
  });
});

describe('params in chains', () => {
  const schema = `{ params: z.object({ limit: z.number().int().max(500).default(100), language: z.enum(['fr', 'en']).optional() }), run() {} }`;
  const withParams = async (params: string) =>
    told(await load({ 'tasks/t.js': task(schema), 'chains/x.js': chain(`{ tasks: { t: { params: ${params} } } }`) }));

  test.each([
    ['{ limit: 1000 }', 'chains/x.js tasks.t.params.limit: Too big: expected number to be <=500.'],
    [
      '{ langage: "fr" }',
      'chains/x.js tasks.t.params.langage: "langage" is no param of the task; there are limit, language. Did you mean language?',
    ],
    ['4', 'chains/x.js tasks.t.params: 4 stands where an object { … } belongs.'],
    ['null', 'chains/x.js tasks.t.params: null stands where an object { … } belongs.'],
    [
      '{ limit: 1n }',
      'chains/x.js tasks.t.params: params travel as JSON: only texts, finite numbers, booleans, null, lists and plain objects.',
    ],
  ])('%s are refused', async (params, message) => expect(await withParams(params)).toEqual([message]));

  test('named like a secret are refused however deep they lie', async () => {
    const registry = await load({
      'tasks/t.js': task(`{ params: z.object({ list: z.array(z.any()) }), run() {} }`),
      'chains/x.js': chain(`{ tasks: { t: { params: { list: [{ db: { password: 'x' } }] } } } }`),
    });
    expect(told(registry)).toEqual([
      expect.stringMatching(/^chains\/x\.js tasks\.t\.params\.list\[0\]\.db\.password: "password" is named like a secret/),
    ]);
  });

  test('must be the same in every chain, after defaults', async () => {
    const files = (b: string) => ({
      'tasks/t.js': task(schema),
      'chains/x.js': chain('{ tasks: { t: [] } }'),
      'chains/y.js': chain(`{ tasks: { t: { params: ${b} } } }`),
    });
    expect(told(await load(files('{ limit: 100 }')))).toEqual([]);
    expect(told(await load(files('{ limit: 5 }')))).toEqual([
      'chains/y.js tasks.t.params: "t" is one run per date, so it cannot have two sets of params: {"limit":5} here, {"limit":100} in chains/x.js. Make them equal, or make it two tasks.',
    ]);
  });

  test('a command in two chains must be the same command', async () => {
    const files = (b: string) => ({
      'chains/x.js': chain(`{ tasks: { d: { command: ['x'] } } }`),
      'chains/y.js': chain(`{ tasks: { e: { command: ['e'] }, d: { command: ['${b}'], dependsOn: ['e'] } } }`),
    });
    expect(told(await load(files('x')))).toEqual([]);
    expect(told(await load(files('y')))).toEqual([
      'chains/y.js tasks.d: "d" is one run per date, so it cannot be two commands: another stands in chains/x.js. Make them equal, or rename one.',
    ]);
  });
});

describe('a process of its own', () => {
  test('is a setting of the task, with or without a limit, and stands in the plan', async () => {
    const registry = await load({
      'tasks/a.js': task(`{ isolate: true, run() {} }`),
      'tasks/b.js': task(`{ isolate: { memory: '1.5 GB' }, run() {} }`),
      'tasks/c.js': task(`{ isolate: false, run() {} }`),
      'chains/x.js': chain(`{ tasks: { a: [], b: [], c: [] } }`),
    });
    expect(told(registry)).toEqual([]);
    expect(registry.plan('x').tasks.map(({ id, spec }) => [id, spec.isolate])).toEqual([
      ['a', { memoryMb: null }],
      ['b', { memoryMb: 1_536 }],
      ['c', undefined],
    ]);
  });

  test.each([
    [`{ isolate: 'yes', run() {} }`, 'isolate: "yes" is not possible; expected true, false, or an object'],
    [
      `{ isolate: { memroy: '1 GB' }, run() {} }`,
      'isolate.memroy: "memroy" is not known here; there are memory. Did you mean memory?',
    ],
    [`{ isolate: { memory: 256 }, run() {} }`, 'isolate.memory: 256 is no amount of memory; expected one like "256 MB"'],
    [`{ isolate: { memory: '8 MB' }, run() {} }`, 'isolate.memory: "8 MB" is not possible; expected 32 MB to 64 GB.'],
    [`{ isolate: true, timeout: '1 second', run() {} }`, 'isolate: does not go with timeout "1 second"'],
  ])('%s is refused', async (definition, expected) => {
    expect(await ofTask(definition)).toEqual([expect.stringContaining(expected)]);
  });

  test('is refused where it has no meaning: of a program, and at a place in a chain', async () => {
    expect(await ofChain(`{ tasks: { d: { command: ['/bin/true'], isolate: true } } }`)).toEqual([
      'tasks.d.isolate: a command has a process of its own anyway; leave it out.',
    ]);
    expect(await ofChain(`{ tasks: { a: { isolate: true } } }`)).toEqual([
      'tasks.a.isolate: belongs to the task itself: write it into tasks/a.',
    ]);
  });
});
