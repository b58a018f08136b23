import { expect, test } from 'vitest';
import { findFiles, listIds, loadFiles, loadProject } from '../../src/registry/index.js';
import { type Files, chain, config, folderWith, load, loadAlone, task, told, writeFiles } from './fixture.js';

const three = `{ tasks: { task_a: [] } }`;

test('files directly in tasks and chains are read; subfolders, tests, declarations and other files are not', async () => {
  const registry = await load({
    'tasks/task_a.ts': task(),
    'tasks/task_b.mjs': task(),
    'tasks/task_c.js': task(),
    'tasks/lib/helper.ts': 'throw new Error("read")',
    'tasks/task_a.test.ts': 'throw new Error("read")',
    'tasks/task_a.spec.js': 'throw new Error("read")',
    'tasks/types.d.ts': 'throw new Error("read")',
    'tasks/.hidden.js': 'throw new Error("read")',
    'tasks/README.md': '# tasks',
    'tasks/data.json': '{}',
    'chains/daily.ts': chain(three),
  });
  expect(told(registry)).toEqual([]);
  expect(registry.taskIds()).toEqual(['task_a', 'task_b', 'task_c']);
  expect(registry.chainIds()).toEqual(['daily']);
});

test('a file with an ending that is not read is named, not passed over', async () => {
  const registry = await load({
    'tasks/task_a.cjs': '',
    'tasks/task_b.mts': '',
    'chains/c.js': chain('{ tasks: { x: { command: ["true"] } } }'),
  });
  expect(told(registry)).toEqual([
    'tasks/task_a.cjs not read: files ending in .cjs are not read; rename it to .ts, .js or .mjs.',
    'tasks/task_b.mts not read: files ending in .mts are not read; rename it to .ts, .js or .mjs.',
  ]);
});

const brokenFiles: Files = {
  'tasks/syntax.ts': 'export default {\n  a: 1,\n  b: }\n',
  'tasks/throws.ts': '\n\nthrow new TypeError("no such thing");\n',
  'tasks/helper_throws.ts': `import './lib/broken.js';\n${task()}`,
  'tasks/lib/broken.ts': '\nthrow new Error("deep down");',
  'tasks/missing.ts': `import './nowhere.js';\n${task()}`,
  'tasks/not_an_error.ts': 'throw "text";',
  'tasks/right.ts': task(),
  'chains/daily.ts': chain('{ tasks: { right: [], syntax: ["right"] } }'),
};

test('every file that does not load is told with its place', async () => {
  expect((await loadAlone(folderWith(brokenFiles))).problems).toEqual([
    'tasks/helper_throws.ts did not load: Error: deep down at tasks/lib/broken.ts:2:7',
    "tasks/missing.ts did not load: Error: Cannot find module 'tasks/nowhere.js' imported from tasks/missing.ts",
    'tasks/not_an_error.ts did not load: threw text, which is no Error',
    'tasks/syntax.ts did not load: SyntaxError: Unexpected "}" at 3:6',
    'tasks/throws.ts did not load: TypeError: no such thing at 3:7',
  ]);
});

test('what loads can be used beside what does not', async () => {
  const registry = await load(brokenFiles);
  expect([...registry.broken.keys()].sort()).toEqual(['helper_throws', 'missing', 'not_an_error', 'syntax', 'throws']);
  expect(registry.task('syntax')).toMatchObject({
    kind: 'body',
    brokenBecause: 'did not load: SyntaxError: Unexpected "}" at 3:6',
  });
  expect(registry.task('right')).toMatchObject({ kind: 'body', definition: { run: expect.any(Function) as unknown } });
  // The chain is plain data: a broken task file does not take it along.
  expect(registry.plan('daily').tasks.map(({ id }) => id)).toEqual(['right', 'syntax']);
});

test('plain JavaScript needs no TypeScript loader, with or without a package.json, and mistakes have their place', async () => {
  const files = {
    'daychain.config.js': config(`{ name: 'plain' }`),
    'tasks/task_a.js': task(),
    'tasks/task_b.mjs': task(),
    'tasks/syntax.js': "import { defineTask } from 'daychain';\nexport default defineTask({\n  run() { return } }\n});\n",
    'tasks/throws.js': "import 'daychain';\n\nthrow new Error('boom');\n",
    'chains/daily.js': chain('{ tasks: { task_a: [], task_b: ["task_a"] } }'),
  };
  const problems = [
    // The words are Node's.
    expect.stringMatching(/^tasks\/syntax\.js did not load: SyntaxError: .+ at 3:20$/) as string,
    'tasks/throws.js did not load: Error: boom at 3:7',
  ];
  for (const more of [{}, { 'package.json': '{"type":"module"}' }] as Files[]) {
    const loaded = await loadAlone(folderWith({ ...files, ...more }, 'plain project'));
    expect(loaded.problems).toEqual(problems);
    expect(loaded.tasks).toEqual(['syntax', 'task_a', 'task_b', 'throws']);
  }
});

test('TypeScript is read as modules in a folder without package.json, in one whose name has a space, and with await at the top', async () => {
  const files = {
    'tasks/task_a.ts': `import { defineTask } from 'daychain';\nimport { word } from './lib/word.js';\nconst later: string = await Promise.resolve(word);\nexport default defineTask({ summary: later, run(): void {} });\n`,
    'tasks/lib/word.ts': `export const word: string = 'waited for';\n`,
  };
  const dir = folderWith(files, 'my jobs');
  expect((await loadAlone(dir)).problems).toEqual([]);
  const registry = await loadProject(dir);
  expect(told(registry)).toEqual([]);
  expect(registry.task('task_a')!.summary).toBe('waited for');
  expect(registry.project.name).toBe('my-jobs');
});

test('loading again sees what changed, helpers of TypeScript tasks included', async () => {
  const dir = folderWith({
    'tasks/task_a.ts': `import { defineTask } from 'daychain';\nimport { word } from './lib/word.js';\nexport default defineTask({ summary: word, run() {} });\n`,
    'tasks/lib/word.ts': `export const word: string = 'before';\n`,
  });
  expect((await loadProject(dir)).task('task_a')!.summary).toBe('before');
  writeFiles(dir, { 'tasks/lib/word.ts': `export const word: string = 'after';\n`, 'tasks/task_b.ts': task() });
  const again = await loadProject(dir);
  expect(again.task('task_a')!.summary).toBe('after');
  expect(again.taskIds()).toEqual(['task_a', 'task_b']);
});

test('ids can be listed by file names alone, also of files that do not load', async () => {
  const dir = folderWith({ 'tasks/b.ts': '}', 'tasks/a.js': task(), 'chains/c.mjs': '' });
  expect(await listIds(dir)).toEqual({ tasks: ['a', 'b'], chains: ['c'] });
});

test('a folder that is no project, or does not exist, is told', async () => {
  const dir = folderWith({});
  expect(told(await loadProject(dir))).toEqual([
    '. project: has neither a folder "tasks" nor a folder "chains": is it the right one? Another is named with --project DIR.',
  ]);
  expect(told(await loadProject(`${dir}/nowhere`))).toEqual([`. project: there is no folder ${dir}/nowhere.`]);
});

test('a default export that is missing or of another kind is told with what there is', async () => {
  const registry = await load({
    'tasks/none.ts': 'export const run = 1;\nexport function help() {}\n',
    'tasks/empty.ts': 'export {};',
    'tasks/bare.ts': 'export default { run() {} };',
    'tasks/other.ts': chain(three),
    'tasks/nothing.ts': `import { defineTask } from 'daychain';\nexport default defineTask(null as never);`,
  });
  const ending = 'The file ends in: export default defineTask({ … })';
  expect(told(registry)).toEqual([
    `tasks/bare.ts default export: it was not made by defineTask. ${ending}`,
    `tasks/empty.ts default export: there is none; the file exports nothing. ${ending}`,
    `tasks/none.ts default export: there is none; the file exports help, run. ${ending}`,
    'tasks/nothing.ts default export: defineTask takes an object { … }; null came.',
    `tasks/other.ts default export: it is a chain, which belongs into chains/. ${ending}`,
  ]);
});

test('a task with a name, two in a file, a bare function and a misspelt field are told as what they are', async () => {
  const registry = await load({
    'tasks/named.ts': `import { defineTask } from 'daychain';\nexport const named = defineTask({ run() {} });`,
    'tasks/two.ts': `${task()}export const second = defineTask({ run() {} });`,
    'tasks/bare_function.ts': 'export default async function run() {}',
    'tasks/misspelt.ts': task('{ retyr: {}, run() {} }'),
    'tasks/right.ts': task(),
    'chains/a_task.ts': task(),
  });
  const ending = 'The file ends in: export default defineTask({ … })';
  expect(told(registry)).toEqual([
    'chains/a_task.ts default export: it is a task, which belongs into tasks/. The file ends in: export default defineChain({ … })',
    `tasks/bare_function.ts default export: it is a function: write defineTask({ run: … }) around it. ${ending}`,
    expect.stringMatching(/^tasks\/misspelt\.ts retyr: "retyr" is not known here; .*Did you mean retry\?$/),
    `tasks/named.ts default export: there is none; named is a task, but has a name. ${ending}`,
    'tasks/two.ts second: is a second task in the file; a file is one task. Give it a file of its own.',
  ]);
  expect([...registry.broken.keys()].sort()).toEqual(['a_task', 'bare_function', 'misspelt', 'named', 'two']);
});

test('a file that waits at its top for what never comes is given up, and holds up no other', async () => {
  const dir = folderWith({ 'tasks/waits.js': `await new Promise(() => {});\n${task()}`, 'tasks/right.js': task() });
  const { tasks } = await findFiles(dir);
  const loaded = await loadFiles(dir, tasks, 1_500);
  expect(loaded.map(({ file, error }) => [file.id, error])).toEqual([
    ['right', null],
    ['waits', expect.stringContaining('was still loading after 1.5 s')],
  ]);
});
