/** `daychain import crontab`: the lines of a crontab as chains of one command each; every line is accounted for. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { listIds } from '../../registry/index.js';
import { originsIn } from '../crontab/chain-text.js';
import { convertCrontab, lineKey } from '../crontab/convert.js';
import { reportLines } from '../crontab/report.js';
import { namesUsers, readCrontab } from '../crontab/read.js';
import { EXIT } from '../exit-codes.js';
import { readZone } from '../../control/preview-request.js';
import type { Act, Invocation } from '../program.js';
import { endingOf, writeNewFiles } from '../scaffold/files.js';
import { openProject } from '../session.js';
import { readProblem } from '../strict-json.js';

interface Options {
  system?: boolean;
  timezone?: string;
  dryRun?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .command('crontab')
    .summary("A crontab's lines as chains")
    .description("A crontab's lines as chains of one command each, in chains/. What is there is never written over.")
    .argument('<file>', 'a crontab; - is standard input')
    .option('--system', 'lines name a user, as in /etc/crontab (guessed where that is certain)')
    .option('--timezone <zone>', "the zone its times are in (default: this machine's, as for cron)")
    .option('--dry-run', 'print the files, and write none')
    .addHelpText(
      'after',
      `
Shell, home folder, environment lines and "%" are kept; docs/from-cron.md says what differs from cron.
Importing the same lines again does nothing.

Examples:
  crontab -l | daychain import crontab -
  daychain import crontab /etc/crontab --dry-run
  daychain import crontab old-server.cron --timezone Europe/Berlin`,
    )
    .action(act(importCrontab));
  command.addHelpText(
    'after',
    `
Examples:
  crontab -l | daychain import crontab - --dry-run
  daychain import crontab /etc/crontab`,
  );
}

async function importCrontab({ out, project: named }: Invocation, [file]: [string], options: Options): Promise<number> {
  const { dir, registry } = await openProject(named);
  const text = await readText(file);
  const timezone = options.timezone === undefined ? machineZone() : readZone(options.timezone);
  const system = options.system ?? isSystem(file, text);
  const { tasks, chains: chainIds } = await listIds(dir);
  const { lines, chains } = convertCrontab(readCrontab(text, { system }), {
    timezone,
    projectTimezone: registry.project.timezone,
    taken: [...tasks, ...chainIds, ...registry.taskIds()],
    known: knownLines(dir),
    ending: endingOf(dir),
  });
  if (!options.dryRun) writeNewFiles(dir, Object.fromEntries(chains.map((chain) => [chain.file, chain.content])));
  out.answer({
    dir,
    system,
    written: !options.dryRun,
    lines: lines.map(({ line: { number, text: was, kind }, fate }) => ({ line: number, text: was, kind, ...fate })),
    chains: chains.map(({ content, ...chain }) => (options.dryRun ? { ...chain, content } : chain)),
  });
  for (const line of reportLines(lines, chains, { ...options, file, system, timezone, width: out.width })) out.say(line);
  return EXIT.done;
}

async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new BadInput(
      `${file} cannot be read: ${readProblem(error)}.\nOne's own crontab: crontab -l | daychain import crontab -`,
    );
  }
}

/** Cron goes by the zone of the machine it runs on. */
function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isSystem(file: string, text: string): boolean {
  const path = resolve(file);
  return path === '/etc/crontab' || basename(dirname(path)) === 'cron.d' || namesUsers(text, knownUsers());
}

function knownUsers(): Set<string> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return new Set(lines.map((line) => line.split(':')[0]!).filter((name) => name !== ''));
  } catch {
    return new Set(['root']);
  }
}

/** Lines that stand in the project's chains already, with the file. */
function knownLines(dir: string): Map<string, string> {
  const known = new Map<string, string>();
  let names: string[] = [];
  try {
    names = readdirSync(join(dir, 'chains'));
  } catch {
    // No chains yet: nothing is known.
  }
  for (const name of names.filter((one) => /\.(?:ts|js|mjs)$/.test(one))) {
    const content = readFileSync(join(dir, 'chains', name), 'utf8');
    for (const line of originsIn(content)) known.set(lineKey(line), `chains/${name}`);
  }
  return known;
}
