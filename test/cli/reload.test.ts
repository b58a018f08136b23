/** Files that change while `daychain up` runs. The built command, real servers. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/local/process-mark.js';
import { marksOf, type Running, userFolder, type UserFolder } from '../support/daychain.js';
import { eventually, within } from '../support/engine.js';
import { quietTime } from '../support/quiet-time.js';

const CONFIG = `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'reload-test', timezone: 'Europe/Paris' });\n`;

/** Says `text`; with a gate, waits for the file first, and tells by another that it does. */
function task(text: string, gate?: string): string {
  const wait =
    gate === undefined
      ? ''
      : `writeFileSync(${JSON.stringify(beganAt(gate))}, ''); while (!existsSync(${JSON.stringify(gate)})) await new Promise((done) => setTimeout(done, 50)); `;
  return `import { existsSync, writeFileSync } from 'node:fs';\nimport { defineTask } from 'daychain';\nexport default defineTask({ async run() { ${wait}return { said: '${text}' }; } });\n`;
}

/** Only this tells that a worker has the body: what is told of a run says that it is to be worked on. */
const beganAt = (gate: string) => `${gate}.began`;

function chain(tasks: string, at = quietTime('Europe/Paris')): string {
  return `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '${at}' }, tasks: { ${tasks} } });\n`;
}

let folder: UserFolder;
let up: Running;

beforeAll(async () => {
  folder = userFolder({
    'daychain.config.js': CONFIG,
    'tasks/task_say.js': task('first'),
    'tasks/task_other.js': `import { defineTask } from 'daychain';\nimport { word } from '../lib/word.js';\nexport default defineTask({ run: () => ({ said: word }) });\n`,
    'lib/word.js': `export const word = 'old word';\n`,
    'chains/daily.js': chain('task_say: []'),
  });
  up = await folder.up();
});

describe('a running up', () => {
  it('takes a changed task up, while the body that runs ends by the old code', async () => {
    const gate = join(folder.dir, 'go');
    await takenUpAfter('task_say', () => folder.write({ 'tasks/task_say.js': task('second', gate) }));
    const first = folder.spawn('run', 'task_say', '--date', '20260301', '--wait', '--json');
    await eventually('the first body', () => existsSync(beganAt(gate)));
    await takenUpAfter('task_say', () => folder.write({ 'tasks/task_say.js': task('third') }));
    expect(await said('task_say', '20260302')).toBe('third');
    expect(first.child.exitCode).toBe(null);
    await eventually('the word about what still runs', () => up.text().includes('What was running goes on by the files before'));
    writeFileSync(gate, '');
    expect(await within(90_000, 'the first run', first.exit)).toBe(0);
    expect(first.text()).toContain('"said": "second"');
    await eventually('the end of the worker before', () => up.text().includes('is done with it, and gone'));
  });

  it('takes a new task and its line in a chain up, and syncs the new times', async () => {
    const later = quietTime('Europe/Paris', 10);
    await takenUpAfter('task_new', () =>
      folder.write({
        'tasks/task_new.js': task('new'),
        'chains/daily.js': chain(`task_say: [], task_new: ['task_say']`, later),
      }),
    );
    expect(latest()).toMatch(/^ {2}\+ task_new +tasks\/task_new\.js$/m);
    expect(latest()).toMatch(/^ {2}~ daily +chains\/daily\.js$/m);
    const told = new RegExp(`^ {2}schedules {2}daily {3}updated: every day at ${later}`, 'm');
    await eventually('the sync', () => told.test(latest()));
    const run = await folder.run('run', 'daily', '--date', '20260303', '--wait', '--json');
    expect([run.exit, run.json]).toMatchObject([
      0,
      { status: 'success', result: { tasks: { task_new: { status: 'success' } } } },
    ]);
  });

  it('takes a helper up that a task imports from outside of the tasks', async () => {
    await takenUpAfter('lib/word.js', () => folder.write({ 'lib/word.js': `export const word = 'new word';\n` }));
    expect(await said('task_other', '20260304')).toBe('new word');
  });

  it('goes on with the files as they were while one is broken, says where, and takes it up once it is mended', async () => {
    const before = folder.state()!.worker!.pid;
    const told = mark();
    folder.write({ 'tasks/task_say.js': 'export default {' });
    await eventually('the word', () => since(told).includes('1 problem in 1 file'));
    expect(since(told)).toMatch(
      /Changed files are not taken up; the worker goes on with them as they were:\ntasks\/task_say\.js\n {2}did not load/,
    );
    expect(folder.state()!.worker!.pid).toBe(before);
    const run = await folder.run('run', 'daily', '--date', '20260305', '--wait', '--json');
    expect([run.exit, run.json]).toMatchObject([0, { result: { tasks: { task_say: { status: 'success' } } } }]);
    await takenUpAfter('task_say', () => folder.write({ 'tasks/task_say.js': task('mended') }));
    expect(await said('task_say', '20260306')).toBe('mended');
  });

  it('takes the rest up where a new file is broken, and syncs nothing', async () => {
    const told = mark();
    folder.write({ 'tasks/task_torn.js': 'export default {', 'tasks/task_say.js': task('beside a torn one') });
    await eventually('the word', () => since(told).includes('Schedules stay as they are on the server.'));
    expect(since(told)).toContain('Changed files are taken up');
    expect(await said('task_say', '20260307')).toBe('beside a torn one');
    await takenUpAfter('task_torn', () => rmSync(join(folder.dir, 'tasks/task_torn.js')));
    expect(latest()).toMatch(/^ {2}- task_torn +tasks\/task_torn\.js$/m);
  });

  it('makes one or two reloads of ten saves in a second, by whatever way an editor saves', async () => {
    const told = mark();
    const saves: { begun: number; ended: number }[] = [];
    for (let save = 1; save <= 10; save += 1) {
      const part = join(folder.dir, 'tasks', '.task_say.js.part');
      writeFileSync(part, task(`save ${save}`));
      const begun = performance.now();
      renameSync(part, join(folder.dir, 'tasks/task_say.js'));
      saves.push({ begun, ended: performance.now() });
      await new Promise((done) => setTimeout(done, 100));
    }
    await eventually(
      'the last save',
      async () => (await said('task_say', `202604${String(count++).padStart(2, '0')}`)) === 'save 10',
    );
    // Where this machine took longer, it was not one burst: each long pause, and every two seconds, may end one.
    const pauses = saves.slice(1).filter(({ ended }, at) => ended - saves[at]!.begun > 250).length;
    const lengths = Math.floor((saves.at(-1)!.ended - saves[0]!.begun) / 1_900);
    expect(since(told).split('Changed files are taken up').length - 1).toBeLessThanOrEqual(2 + pauses + lengths);
  });

  it('says in words what only a new start can take up', async () => {
    const told = mark();
    folder.write({ 'daychain.config.js': CONFIG.replace('reload-test', 'another-name') });
    await eventually('the word', () => since(told).includes('Only a new start can: Ctrl-C, then daychain up.'));
    expect(since(told)).toMatch(/^ {2}name +was reload-test, is now another-name$/m);
    const undone = mark();
    folder.write({ 'daychain.config.js': CONFIG });
    await eventually('the word', () => since(undone).includes('The files are as the worker has them again.'));
  });

  it('stops everything on Ctrl-C in the middle of a reload, also a worker that still runs something', async () => {
    const gate = join(folder.dir, 'never');
    await takenUpAfter('task_say', () => folder.write({ 'tasks/task_say.js': task('hangs', gate) }));
    const waiting = folder.spawn('run', 'task_say', '--date', '20260501', '--wait');
    await eventually('the body', () => existsSync(beganAt(gate)));
    const old = folder.state()!.worker!;
    await takenUpAfter('task_say', () => folder.write({ 'tasks/task_say.js': task('quick') }));
    expect(isAlive(old)).toBe(true);
    const marks = [...marksOf(folder.state()), old];
    folder.write({ 'tasks/task_say.js': task('one more') });
    up.child.kill('SIGINT');
    expect(await within(90_000, 'the end of up', up.exit)).toBe(0);
    expect(marks.map((one) => isAlive(one))).toEqual(marks.map(() => false));
    waiting.child.kill('SIGKILL');
  });

  it('stops its servers at Ctrl-C even where its data folder was deleted', async () => {
    up = await folder.up();
    const marks = marksOf(folder.state());
    expect(marks).toHaveLength(5);
    rmSync(join(folder.dir, '.daychain'), { recursive: true, force: true });
    up.child.kill('SIGINT');
    await within(90_000, 'the end of up', up.exit);
    expect(marks.map((one) => isAlive(one))).toEqual(marks.map(() => false));
    expect(up.text()).toContain('Stopped.');
    expect(up.text()).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder.dir, '.daychain'))).toBe(false);
  });
});

let count = 1;

/** Makes a change and waits for the word that it is taken up, and names what it should. */
async function takenUpAfter(name: string, change: () => void): Promise<void> {
  const told = mark();
  change();
  await eventually(`${name} to be taken up`, () => {
    const [, news] = since(told).split('Changed files are taken up');
    return news?.includes(name);
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${since(told)}`);
  });
}

async function said(id: string, date: string): Promise<unknown> {
  const { json } = await folder.run('run', id, '--date', date, '--wait', '--json');
  return (json as { result?: { said?: unknown } } | null)?.result?.said;
}

function mark(): number {
  return up.text().length;
}

function since(from: number): string {
  return up.text().slice(from);
}

/** What was told of the last reload. */
function latest(): string {
  return up.text().slice(up.text().lastIndexOf('Changed files'));
}
