/** `new` and `import crontab` as typed: what they write passes `check`, and nothing that is there is touched. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BIN, plainEnvironment, userFolder } from '../support/daychain.js';
import { eventually } from '../support/engine.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('daychain new project', () => {
  it('writes a project that checks, tests and runs', async () => {
    const folder = userFolder();
    const made = await folder.run('new', 'project', 'reports', '--timezone', 'Europe/Paris');
    expect(made).toMatchObject({ exit: 0, stderr: '' });
    expect(made.stdout).toContain('Next: cd reports && npm install && npm start');
    const dir = join(folder.dir, 'reports');
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
    for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    // In place of npm install: the same packages, from here.
    mkdirSync(join(dir, 'node_modules', '@types'), { recursive: true });
    for (const name of ['tsx', 'typescript', '@types/node'])
      symlinkSync(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name), 'dir');
    symlinkSync(ROOT, join(dir, 'node_modules', 'daychain'), 'dir');
    expect(await folder.run('check', '--project', 'reports')).toMatchObject({
      exit: 0,
      stdout: 'reports: 1 chain, 1 task, no problems.\n',
    });
    expect(execFileSync('npm', ['test'], { cwd: dir, encoding: 'utf8' })).toContain('pass 1');
    expect(runIn(dir, [join(ROOT, 'node_modules/typescript/bin/tsc')])).toBe('');
    const again = await folder.run('new', 'project', 'reports');
    expect([again.exit, again.stderr]).toEqual([4, expect.stringContaining('is there already, and not empty')]);
  });

  it('is up and running with no edit', async () => {
    const folder = userFolder();
    await folder.run('new', 'project', 'ready', '--timezone', 'UTC');
    const project = userFolder();
    cpSync(join(folder.dir, 'ready'), project.dir, { recursive: true });
    const up = await project.up();
    await eventually('the first run', () => /daily-hello \d{8} succeeded/.test(up.text()));
  });
});

describe('daychain new task and chain', () => {
  it('fit into a project, pass check, and are never written over what is there', async () => {
    const folder = userFolder({
      'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'fits' });\n`,
    });
    expect((await folder.run('new', 'task', 'task_mail')).stdout).toContain('tasks/task_mail.js written');
    expect((await folder.run('new', 'task', 'task-b')).exit).toBe(0);
    expect((await folder.run('new', 'chain', 'nightly', '--tasks', 'task_mail', 'task-b')).stdout).toContain(
      'daychain graph nightly',
    );
    expect((await folder.run('new', 'chain', 'other')).exit).toBe(0);
    expect(await folder.run('check')).toMatchObject({ exit: 0, stdout: 'fits: 2 chains, 3 tasks, no problems.\n' });
    expect((await folder.run('graph', 'nightly')).stdout).toBe('task_mail ─▸ task-b\n');
    const before = readFileSync(join(folder.dir, 'tasks/task_mail.js'), 'utf8');
    for (const words of [
      ['new', 'task', 'task_mail'],
      ['new', 'chain', 'task_mail'],
      ['new', 'task', 'nightly'],
    ]) {
      const refused = await folder.run(...words, '--json');
      expect([refused.exit, refused.json]).toMatchObject([4, { error: { kind: 'already_there' } }]);
    }
    expect(readFileSync(join(folder.dir, 'tasks/task_mail.js'), 'utf8')).toBe(before);
    const bad = await folder.run('new', 'task', 'TaskMail');
    expect([bad.exit, bad.stderr]).toEqual([2, expect.stringContaining('Did you mean task_mail?')]);
    expect((await folder.run('new', 'chain', 'third', '--tasks', 'task_mial')).stderr).toContain('Did you mean task_mail?');
  });

  it('are TypeScript where the project is', async () => {
    const folder = userFolder();
    cpSync(join(ROOT, 'examples/civic'), join(folder.dir, 'civic'), {
      recursive: true,
      filter: (path) => !path.includes('.daychain'),
    });
    for (const name of ['cheerio', 'minisearch', 'turndown', 'robots-parser'])
      symlinkSync(join(ROOT, 'node_modules', name), join(folder.dir, 'node_modules', name), 'dir');
    expect((await folder.run('new', 'task', 'task_new', '--project', 'civic')).stdout).toContain('tasks/task_new.ts written');
    expect((await folder.run('new', 'chain', 'new-chain', '--tasks', 'task_new', '--project', 'civic')).exit).toBe(0);
    expect((await folder.run('check', '--project', 'civic')).stdout).toContain('no problems');
  });
});

const CRONTAB = `# m h dom mon dow command
SHELL=/bin/bash
MAILTO=ops@example.org

# Nightly dump
0 3 * * * /usr/bin/env echo "dump of $(date +\\%F)"
*/15 8-18 * * 1-5 cd /tmp && awk '{print}' /dev/null
@reboot /bin/true
#0 5 * * * /bin/old
0 4 * * 7 cat > written-by-cron%one%two
`;

describe('daychain import crontab', () => {
  it('writes chains that check, says what became of every line, and does nothing the second time', async () => {
    const folder = userFolder({
      'chains/echo.js': `import { defineChain } from 'daychain';\nexport default defineChain({ tasks: { say: { command: ['/bin/true'] } } });\n`,
    });
    writeFileSync(join(folder.dir, 'old.cron'), CRONTAB);
    const dry = await folder.run('import', 'crontab', 'old.cron', '--timezone', 'Europe/Paris', '--dry-run');
    expect(dry).toMatchObject({ exit: 0, stderr: '' });
    expect((await folder.run('check')).stdout).toContain('1 chain,');
    const made = await folder.run('import', 'crontab', 'old.cron', '--timezone', 'Europe/Paris', '--json');
    const { lines, chains } = made.json as { lines: { line: number; fate: string }[]; chains: { id: string; file: string }[] };
    expect(lines.map(({ line, fate }) => `${line} ${fate}`)).toEqual([
      '1 comment',
      '2 passed',
      '3 not_taken',
      '4 nothing',
      '5 comment',
      '6 chain',
      '7 chain',
      '8 not_taken',
      '9 not_taken',
      '10 chain',
    ]);
    expect(chains.map(({ file }) => file)).toEqual(['chains/echo-2.js', 'chains/awk.js', 'chains/cat.js']);
    expect(await folder.run('check')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('4 chains, 4 tasks, no problems.'),
    });
    const again = await folder.run('import', 'crontab', 'old.cron', '--timezone', 'Europe/Paris');
    expect(again.stdout).toMatch(/0 chains\s+written/);
    expect(again.stdout).toContain('there already: chains/awk.js');
    for (const text of [dry.stdout, again.stdout])
      for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(130);
  });

  it('gives its commands the same shell, folder, variables and input as cron did', async () => {
    const folder = userFolder({
      'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'cron' });\n`,
    });
    const home = join(folder.dir, 'home');
    mkdirSync(home);
    writeFileSync(
      join(folder.dir, 'c'),
      `HOME=${home}\nGREETING="a {b} c"\n@daily cat > seen; echo "$GREETING" "\${GREETING}" '{print}' >> seen; pwd >> seen%one%two {x}\n`,
    );
    await folder.run('import', 'crontab', 'c');
    const { chains } = (await folder.run('list', '--json')).json as { chains: { id: string }[] };
    expect(chains.map(({ id }) => id)).toEqual(['cat']);
    expect((await folder.run('check')).exit).toBe(0);
    const dry = await folder.run('import', 'crontab', 'c', '--json');
    expect((dry.json as { chains: unknown[] }).chains).toEqual([]);
    const argv = argvOfFile(readFileSync(join(folder.dir, 'chains/cat.js'), 'utf8'));
    execFileSync(argv[0]!, argv.slice(1), { env: { PATH: process.env.PATH } });
    expect(readFileSync(join(home, 'seen'), 'utf8')).toBe(`one\ntwo {x}\na {b} c a {b} c {print}\n${home}\n`);
  });

  it('reads standard input, and a file that is not there exits 2', async () => {
    const folder = userFolder({
      'tasks/task_a.js': `import { defineTask } from 'daychain';\nexport default defineTask({ run: () => ({}) });\n`,
    });
    expect((await folder.run('import', 'crontab', 'gone')).exit).toBe(2);
    const piped = await new Promise<string>((resolve, reject) => {
      const child = execFile(
        process.execPath,
        [BIN, 'import', 'crontab', '-', '--dry-run'],
        { cwd: folder.dir, env: plainEnvironment() },
        (error, stdout) => (error === null ? resolve(stdout) : reject(new Error(error.message))),
      );
      child.stdin!.end('0 3 * * * /bin/true\n');
    });
    expect(piped).toContain('The crontab: 1 line (1 job): 1 chain would be written.');
  });
});

function runIn(cwd: string, words: string[]): string {
  return execFileSync(process.execPath, words, {
    cwd,
    env: plainEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The list behind `command:` in a generated file, read as JavaScript. */
function argvOfFile(content: string): string[] {
  const list = /command: (\[[\s\S]*?\]),\n {6}\/\//.exec(content)![1]!;
  const found: unknown = JSON.parse(execFileSync(process.execPath, ['-p', `JSON.stringify(${list})`], { encoding: 'utf8' }));
  return found as string[];
}
