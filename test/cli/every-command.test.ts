/** What holds for every command, those of tomorrow included: the program itself says which there are. */
import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeProgram, type DescribedCommand } from '../../src/cli/described.js';
import { Output } from '../../src/cli/output.js';
import { buildProgram } from '../../src/cli/program.js';
import { cliDocument } from '../../src/cli/document.js';
import { redisPort, temporalAddress } from '../support/servers.js';
import { userFolder } from '../support/daychain.js';

const commands = await describeProgram();
const acting = commands.filter(({ acts }) => acts);
let dir: string;

beforeAll(() => {
  const task = `import { defineTask } from 'daychain';\nexport default defineTask({ run: () => ({}) });\n`;
  dir = userFolder({
    '.env': `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\n`,
    'tasks/task_firecrawl.js': task,
    'chains/daily-chain.js': `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '06:00' }, tasks: { task_firecrawl: [] } });\n`,
  }).dir;
});

describe.each(commands.map((command) => [command.path === '' ? 'daychain' : `daychain ${command.path}`, command] as const))(
  '%s --help',
  (name, { path, help }) => {
    it('has an example, and no line wider than 100 columns', () => {
      for (const line of help.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100);
      const [first = ''] = path.split(' ');
      const all = [help, commands.find((one) => one.path === first)!.help]
        .map((text) => text.split('Examples:')[1] ?? '')
        .join('\n');
      expect(all).toMatch(new RegExp(`(?:^|[|>] *) *${name.replaceAll(' ', ' (?:--\\S+ )?')}\\b`, 'm'));
    });
  },
);

describe('an option that is mistyped', () => {
  it.each(
    acting.flatMap(({ path, options }) => options.filter(({ long }) => long.length > 5).map(({ long }) => [path, long] as const)),
  )('daychain %s: %s', async (path, long) => {
    const mistyped = `${long.slice(0, -2)}${long.at(-1)}${long.at(-2)}`;
    const said = await ran([...path.split(' '), mistyped === long ? `${long}x` : mistyped]);
    expect(said.error).toBeInstanceOf(CommanderError);
    expect(said.text).toContain(`Did you mean ${long}?`);
  });
});

/** Words for the arguments of a command; its id is mistyped. */
function wordsFor({ arguments: args, path }: DescribedCommand): string[] | null {
  // One-shots, backfills and notices have names that only the server or the settings know; chains of `new` are new.
  if (/^(?:at|backfill|new|notices|import|completion) ?/.test(path) && !['at', 'backfill'].includes(path)) return null;
  if (path === 'at') return ['in 10 minutes', 'task_firecrwal'];
  if (path === 'backfill') return ['daily-cahin', '2026-01-01', '2026-01-02'];
  const [first] = args;
  if (first === undefined) return null;
  const id = /chain/.test(first.name) ? 'daily-cahin' : 'task_firecrwal';
  const date = /\brun\b/.test(first.name) || args[1]?.name === 'date' ? ['20260301'] : [];
  return [id, ...date];
}

describe('an id that is mistyped', () => {
  const cases = acting.flatMap((command) => {
    const words = wordsFor(command);
    const needed = command.options.some(({ long }) => long === '--reason') ? ['--reason', 'a test'] : [];
    return words === null ? [] : [[command.path, [...words, ...(command.path === 'resume' ? [] : needed)]] as const];
  });

  it.each(cases)('daychain %s %j', async (path, words) => {
    const { error, text } = await ran([...path.split(' '), ...words, '--project', dir]);
    // Some answer even so: a lock may be held for a task that has no file.
    expect(`${text.replaceAll('\n', ' ')}${error === null ? '' : (error as Error).message}`).toMatch(
      /did you mean (?:task_firecrawl|daily-chain)\b/i,
    );
  });

  it('is looked for in most commands', () => {
    expect(cases.length).toBeGreaterThan(15);
  });
});

describe('docs/cli.md', () => {
  it('says what the program says', async () => {
    await expect(cliDocument(commands)).toMatchFileSnapshot('../../docs/cli.md');
  });
});

async function ran(argv: string[]): Promise<{ error: unknown; text: string }> {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const program = await buildProgram(argv, new Output(stream, stream, false, false), () => {});
  const error = await program.parseAsync(argv, { from: 'user' }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, text };
}
