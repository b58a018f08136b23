/** The files of a new project. */
import { literal } from './literal.js';
import { chainText, taskText } from './task-and-chain-text.js';

export interface NewProject {
  name: string;
  timezone: string;
  /** What package.json asks for: a version, or where a checkout lies. */
  daychain: string;
  tsx: string;
  typescript: string;
  nodeTypes: string;
}

/** Path → content. */
export function projectFiles(project: NewProject): Record<string, string> {
  const { name } = project;
  return {
    'package.json': packageText(project),
    'tsconfig.json': TSCONFIG,
    'daychain.config.ts': configText(project),
    'tasks/task_hello.ts': taskText('task_hello'),
    'chains/daily-hello.ts': chainText(['task_hello'], 'daily-hello'),
    'test/task_hello.test.ts': TEST,
    'README.md': readmeText(name),
    '.gitignore': 'node_modules/\n.daychain/\n.env\n',
  };
}

function packageText({ name, daychain, tsx, typescript, nodeTypes }: NewProject): string {
  const content = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'daychain up',
      check: 'daychain check && tsc',
      // The shell reads the pattern: Node 20 does not.
      test: 'node --import tsx --test test/*.test.ts',
    },
    dependencies: { daychain },
    devDependencies: { '@types/node': nodeTypes, tsx, typescript },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    },
    include: ['*.ts', 'tasks', 'chains', 'lib', 'test'],
  },
  null,
  2,
)}\n`;

function configText({ name, timezone }: NewProject): string {
  return `import { defineProject } from 'daychain';

export default defineProject({
  name: ${literal(name)},
  /** Of dates and schedules. */
  timezone: ${literal(timezone)},
  defaults: { timeout: '15 minutes', retry: { retries: 3, delay: '5 minutes' } },
});
`;
}

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testTask } from 'daychain/testing';
import hello from '../tasks/task_hello.js';

test('says hello for its date', async () => {
  // All a body uses comes through ctx: params, clients and settings are handed to testTask.
  const { result } = await testTask(hello, { date: '20260203' });
  assert.deepEqual(result.output, { said: 'Hello from 20260203' });
});
`;

function readmeText(name: string): string {
  return `# ${name}

    npm install
    npm start            # daychain up: Temporal, Redis, schedules and worker on this machine
    npm test

\`tasks/\` holds one file per task, \`chains/\` what runs when and after what. While \`npm start\` runs, a changed file is taken up
by itself. \`npx daychain check\` says what is wrong with the files, \`npx daychain status\` how the chains are doing,
\`npx daychain new task NAME\` writes the next one.
`;
}
