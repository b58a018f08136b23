import { describe, expect, test } from 'vitest';
import { readChainData, readOutcomes } from '../../src/registry/chain-data.js';
import { chain, load, task, told } from './fixture.js';

const problemOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  return '';
};

describe('a chain as plain data', () => {
  test('has the keys of tasks as its tasks, in their order', () => {
    const read = readChainData({ tasks: { b: ['a'], a: [], c: { dependsOn: ['a', 'b'], runWhen: 'all_done' } } });
    expect([...read].map(([id, { dependsOn, runWhen }]) => [id, dependsOn, runWhen])).toEqual([
      ['b', ['a'], 'all_success'],
      ['a', [], 'all_success'],
      ['c', ['a', 'b'], 'all_done'],
    ]);
  });

  test('may hold commands, and all that a chain may', () => {
    const read = readChainData({
      summary: 'nightly',
      schedule: { daily: '06:00' },
      timezone: 'Europe/Paris',
      concurrency: 3,
      tasks: { backup: { command: ['/bin/backup', '{date}'] }, a: { dependsOn: ['backup'], params: { limit: 1 } } },
    });
    expect([...read.keys()]).toEqual(['backup', 'a']);
  });

  test('may have tasks named like properties every object has', () => {
    expect([...readChainData({ tasks: { constructor: [], b: ['constructor'] } }).keys()]).toEqual(['constructor', 'b']);
  });

  test.each<[string, unknown, string]>([
    ['nothing', null, 'the chain: null stands where an object belongs, like { "tasks": { … } }.'],
    ['a list', [], 'the chain: [] stands where an object belongs, like { "tasks": { … } }.'],
    ['no tasks', {}, "tasks: is missing: expected each task with those it depends on, like { task_a: [], task_b: ['task_a'] }."],
    ['an empty chain', { tasks: {} }, 'tasks: is empty: a chain has at least one task.'],
    [
      'a null',
      { tasks: { a: null } },
      "tasks.a: null stands where a list of tasks belongs: write [] or ['task_a'] or { dependsOn: ['task_a'], … }.",
    ],
    ['text for a list', { tasks: { a: [], b: 'a' } }, 'tasks.b: "a" stands where a list of tasks belongs: write ["a"].'],
    ['a parent twice', { tasks: { a: [], b: ['a', 'a'] } }, 'tasks.b[1]: "a" is named twice.'],
    ['itself', { tasks: { a: ['a'] } }, 'tasks.a.dependsOn: "a" depends on itself.'],
    ['a circle', { tasks: { a: ['b'], b: ['a'] } }, 'tasks: tasks wait for each other in a circle: a → b → a.'],
    [
      'a rule without parents',
      { tasks: { a: { runWhen: 'all_done' } } },
      'tasks.a.runWhen "all_done": has nothing to judge: the task depends on none.',
    ],
    [
      'an unknown rule',
      { tasks: { a: [], b: { dependsOn: ['a'], runWhen: 'all_don' } } },
      'tasks.b.runWhen: "all_don" is not possible; there are all_success, none_failed, none_skipped, one_success, all_done, one_failed, all_failed. Did you mean all_done?',
    ],
    [
      'an unknown parent',
      { tasks: { crawl: [], b: ['crwl'] } },
      'tasks.b.dependsOn: "crwl" is no task of this project. Did you mean crawl?',
    ],
    [
      'an unknown key of a task',
      { tasks: { a: [], b: { dependson: ['a'] } } },
      'tasks.b.dependson: "dependson" is not known here; there are dependsOn, runWhen, dependsOnPast, params, command. Did you mean dependsOn?',
    ],
    [
      'a name that is no id',
      { tasks: { Task_A: [] } },
      'tasks.Task_A: "Task_A" is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 characters in all.',
    ],
    ['a reserved name', { tasks: { at: [] } }, 'tasks.at: "at" is reserved; at, backfill, retry cannot be ids.'],
    [
      'a zone that is none',
      { timezone: 'Europe/Pari', tasks: { a: [] } },
      'timezone: "Europe/Pari" is no time zone. Did you mean Europe/Paris?',
    ],
    ['a key of the prototype', JSON.parse('{"tasks":{"__proto__":["toString"]}}'), 'tasks.__proto__: "__proto__" is no id'],
  ])('with %s is refused by field and value', (_, value, expected) => {
    expect(problemOf(() => readChainData(value))).toContain(expected);
  });

  test('with more tasks than Temporal has children is refused', () => {
    const tasks = Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [`t${n}`, []]));
    expect(problemOf(() => readChainData({ tasks }))).toBe(
      'tasks: has 2,001 tasks; a chain holds at most 2,000, as many children as Temporal allows.',
    );
  });

  test('tells all at once, and below the path it stands at', () => {
    expect(problemOf(() => readChainData({ tsks: {}, tasks: { a: ['a'] } }, 'chain')).split('\n')).toEqual([
      expect.stringMatching(/^chain\.tsks: .* Did you mean tasks\?$/),
      'chain.tasks.a.dependsOn: "a" depends on itself.',
    ]);
    const many = { tasks: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, [`t${n}`]])) };
    expect(
      problemOf(() => readChainData(many))
        .split('\n')
        .at(-1),
    ).toBe('… and 30 more problems.');
  });

  test('is judged in the very words of a project', async () => {
    const definition = { tasks: { a: ['b'], b: ['a'], c: ['a', 'a'], d: { dependsOn: ['crawl'], runwhen: 'all_done' } } };
    const registry = await load({
      'chains/nightly.js': chain(JSON.stringify(definition)),
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [`tasks/${id}.js`, task()])),
    });
    const words = told(registry).map((line) => line.slice('chains/nightly.js '.length));
    const ours = problemOf(() => readChainData(definition)).split('\n');
    expect(ours.map((line) => line.replace(/^(\S+) "[^"]*":/, '$1:'))).toEqual(words);
    expect(words.length).toBeGreaterThan(3);
  });
});

describe('outcomes', () => {
  const tasks = readChainData({ tasks: { crawl: [], constructor: ['crawl'] } });

  test('are words by task', () => {
    expect([...readOutcomes({ constructor: 'pending', crawl: 'no_work' }, tasks, 'outcomes')]).toEqual([
      ['constructor', 'pending'],
      ['crawl', 'no_work'],
    ]);
  });

  test.each<[unknown, string]>([
    [{ crwl: 'success' }, 'outcomes.crwl: "crwl" is no task of this chain. Did you mean crawl?'],
    [{ toString: 'success' }, 'outcomes.toString: "toString" is no task of this chain.'],
    [{ crawl: 'sucess' }, 'outcomes.crawl: "sucess" is not possible; there are success, no_work,'],
    [{ crawl: 'run' }, 'outcomes.crawl: "run" is not possible'],
    [{ crawl: null }, 'outcomes.crawl: null is not possible'],
    [{ crawl: 'constructor' }, 'outcomes.crawl: "constructor" is not possible'],
    [['crawl'], 'outcomes: ["crawl"] stands where an object belongs'],
    [null, 'outcomes: null stands where an object belongs'],
  ])('%j are refused by name', (value, expected) => {
    expect(problemOf(() => readOutcomes(value, tasks, 'outcomes'))).toContain(expected);
  });
});
