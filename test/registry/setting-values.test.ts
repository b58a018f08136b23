import { describe, expect, test } from 'vitest';
import { chain, config, load, task, told } from './fixture.js';

const files = (settings: string, more: Record<string, string> = {}) => ({
  'daychain.config.js': config(`{ settings: { ${settings} } }`),
  'tasks/t.js': task(),
  ...more,
});

async function read(setting: string, text: string | undefined) {
  const registry = await load(files(`X: ${setting}`), text === undefined ? {} : { X: text });
  expect(told(registry)).toEqual([]);
  const { value, problem, text: shown, from } = registry.settings[0]!;
  return { value, problem, shown, from };
}

describe('a setting read from the environment', () => {
  test.each([
    [`env.text({ description: 'x' })`, ' a b ', 'a b'],
    [`env.integer({ description: 'x', least: 1, most: 500 })`, '500', 500],
    [`env.integer({ description: 'x' })`, '-3', -3],
    [`env.number({ description: 'x' })`, '0.25', 0.25],
    [`env.yesNo({ description: 'x' })`, 'On', true],
    [`env.yesNo({ description: 'x' })`, '0', false],
    [`env.duration({ description: 'x' })`, '5 minutes', '5 minutes'],
    [`env.url({ description: 'x' })`, 'https://example.org/a', 'https://example.org/a'],
    [`env.list({ description: 'x' })`, 'fr, br,,en ', ['fr', 'br', 'en']],
    [`env.choice(['a', 'b'], { description: 'x' })`, 'b', 'b'],
  ])('%s reads %j', async (setting, text, value) => {
    expect(await read(setting, text)).toMatchObject({ value, problem: null, from: 'environment' });
  });

  test.each([
    [`env.integer({ description: 'x', least: 1, most: 500 })`, '501', 'X: "501" is no whole number from 1 to 500'],
    [`env.integer({ description: 'x', least: 1 })`, '1.5', 'X: "1.5" is no whole number, 1 or more'],
    [`env.integer({ description: 'x' })`, '0x10', 'X: "0x10" is no whole number'],
    [`env.number({ description: 'x', most: 1 })`, 'NaN', 'X: "NaN" is no number, 1 or less'],
    [`env.yesNo({ description: 'x' })`, 'maybe', 'X: "maybe" is neither yes nor no'],
    [`env.duration({ description: 'x' })`, '5', 'X: "5" is no duration, like 5 minutes'],
    [`env.url({ description: 'x' })`, 'example.org', 'X: "example.org" is no whole URL, like https://host/path'],
    [
      `env.url({ description: 'x', schemes: ['smtp', 'smtps'] })`,
      'http://mail.example.org',
      'X: "http://mail.example.org" is no whole URL, like smtp://host/path or smtps://host/path',
    ],
    [`env.choice(['a', 'b'], { description: 'x' })`, 'c', 'X: "c" is none of a, b'],
    [`env.integer({ description: 'x', secret: true })`, 'hunter2', 'X: its value is no whole number'],
  ])('%s refuses %j', async (setting, text, problem) => {
    expect(await read(setting, text)).toMatchObject({ value: undefined, problem });
  });

  test('has its default where the environment says nothing, and an empty text is nothing', async () => {
    expect(await read(`env.integer({ description: 'x', default: 10 })`, undefined)).toMatchObject({ value: 10, from: 'default' });
    expect(await read(`env.text({ description: 'x', default: 'a' })`, '')).toMatchObject({ value: 'a', from: 'default' });
  });

  test('is a problem where it is required and absent, and none where it is not', async () => {
    const { problem } = await read(`env.text({ description: 'the key', required: true })`, undefined);
    expect(problem).toBe('X: is not set, and the project cannot do without it (the key)');
    expect(await read(`env.text({ description: 'x' })`, undefined)).toMatchObject({
      problem: null,
      from: 'nowhere',
      shown: null,
    });
  });

  test('is never shown if it is secret, right or wrong', async () => {
    const registry = await load(
      files(`A: env.text({ description: 'x', secret: true }), B: env.url({ description: 'x', secret: true })`),
      { A: 'hunter2', B: 'hunter3' },
    );
    const people = registry.settings.map(({ value: _, ...rest }) => rest);
    expect(JSON.stringify(people)).not.toContain('hunter');
    expect(people.map(({ text }) => text)).toEqual(['****', '****']);
  });

  test('is reported with all others that are wrong', async () => {
    const registry = await load(files(`A: env.integer({ description: 'x' }), B: env.yesNo({ description: 'x' })`), {
      A: 'a',
      B: 'b',
    });
    expect(registry.settings.map(({ problem }) => problem?.split(':')[0])).toEqual(['A', 'B']);
  });

  test('fails a task that reads it where there is none', async () => {
    const registry = await load(
      files(`KEY: env.text({ description: 'the key' }), N: env.integer({ description: 'x', default: 3 })`),
    );
    const values = registry.settingValues() as unknown as { KEY: string; N: number };
    expect(values.N).toBe(3);
    expect(() => values.KEY).toThrow('the setting KEY is not set (the key).');
  });
});

describe('a declaration that is wrong is told', () => {
  test.each([
    [`'9A': env.text({ description: 'x' })`, 'settings.9A: "9A" is no name of an environment variable'],
    [`DAYCHAIN_X: env.text({ description: 'x' })`, 'settings.DAYCHAIN_X: names that begin with DAYCHAIN_'],
    [`A: 'text'`, 'settings.A: "text" declares nothing; write env.text('],
    [`A: env.text({})`, 'settings.A.description: is missing'],
    [`A: env.text({ description: 'x', default: 'a', required: true })`, 'settings.A.required: cannot be true beside a default'],
    [`A: env.integer({ description: 'x', default: 0, least: 1 })`, 'settings.A.default: 0 is no whole number, 1 or more.'],
    [`A: env.duration({ description: 'x', default: 5 })`, 'settings.A.default: 5 is no duration'],
  ])('%s', async (settings, problem) => {
    expect(told(await load(files(settings))).map((text) => text.replace('daychain.config.js ', ''))).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});

describe('a task that needs settings', () => {
  const key = `API_KEY: env.text({ description: 'x', secret: true }), OTHER: env.text({ description: 'x', default: null })`;
  const needing = (needs: string) => files(key, { 'tasks/t.js': task(`{ needs: ${needs}, run() {} }`) });

  test('is disabled where one is not set, also where its default is none', async () => {
    const registry = await load(needing(`['API_KEY', 'OTHER']`));
    expect(registry.problems).toEqual([]);
    expect(registry.task('t')?.disabledBecause).toBe('disabled: needs API_KEY, OTHER, which are not set');
    expect((await load(needing(`['API_KEY']`), { API_KEY: 'k' })).task('t')?.disabledBecause).toBeUndefined();
  });

  test('is refused with a name nobody declares', async () => {
    expect(told(await load(needing(`['API_KEI']`)))).toEqual([
      'tasks/t.js needs[0]: "API_KEI" is no setting of daychain.config; there are API_KEY, OTHER. Did you mean API_KEY?',
    ]);
  });

  test('may be a command', async () => {
    const registry = await load(
      files(key, { 'chains/c.js': chain(`{ tasks: { backup: { command: ['/bin/true'], needs: ['API_KEY'] } } }`) }),
    );
    expect(registry.task('backup')?.disabledBecause).toBe('disabled: needs API_KEY, which is not set');
  });
});
