/** The reference of all commands, as docs/cli.md has it. A test holds the two together. */
import type { DescribedCommand } from './described.js';

export function cliDocument(commands: readonly DescribedCommand[]): string {
  const [program, ...rest] = commands;
  const groups = [...new Set(rest.map(({ group }) => group).filter((group) => group !== null))];
  return [
    ...HEAD,
    ...groups.flatMap((group) => [
      `## ${group.replace(/:$/, '')}`,
      '',
      ...rest
        .filter((command) => command.group === group)
        .flatMap((command) => [
          ...section(command, '###'),
          ...rest.filter(({ path }) => path.startsWith(`${command.path} `)).flatMap((one) => section(one, '####')),
        ]),
    ]),
    '## All of them',
    '',
    ...fenced(program!.help),
    '',
  ].join('\n');
}

function section({ path, help }: DescribedCommand, mark: string): string[] {
  return [`${mark} daychain ${path}`, '', ...fenced(help), ''];
}

/** What every command says of the options that all of them have stands once, at the end. */
function fenced(help: string): string[] {
  const own = help.replace(/\nGlobal Options:\n(?: +.*\n)+/, '').replace(/\n {2}--help +.*(?=\n)/, '');
  return ['```text', own.replace(/\nOptions:\n(?=\n|$)/, '').trim(), '```'];
}

const HEAD = `# Commands

\`daychain COMMAND --help\` says the same in the terminal. In all of them:

- A project is found from the current folder upward, or named by \`--project DIR\`.
- The answer stands on stdout, everything else on stderr. \`--json\` makes the answer one JSON value, errors included
  ([its shapes](cli-json.md)).
- Times are shown in the zone of the chain; with \`--utc\` in UTC, marked by a Z.
- A run is named by an id and a date: \`daily-chain 20260203\`, \`daily-chain yesterday\`, \`daily-chain:20260203\`.
- Lists that are long end by saying how many more there are, and the command that shows them.
- Exit codes: 0 done or already done, 1 the run failed, 2 bad input, 3 cannot reach a server, 4 refused because of state,
  130 interrupted. Ctrl-C while a command waits for a run leaves the run alone.

## A running \`up\` and changed files

\`daychain up\` looks at the project's files (tasks, chains, configuration, and every module that they import) twice a second,
so it works on every file system and however an editor saves. What differs is read by a new worker process. Once that
polls, the one before takes on nothing new, and ends when the last body it runs has ended: a run's body never changes its
code in the middle. Schedules are synced when no file has a problem.

- **A save never takes away what ran before.** Where a changed file is broken, and a task or chain that runs by the files
  before could not run any more, nothing is taken up: the worker goes on with all files as they were, and the problems are
  shown with their places. Mend and save. (A worker that had only the other half would let the broken half's slots fail.)
- A new file that is broken keeps nothing else back: the rest is taken up, and schedules stay as they are.
- A file that is deleted is taken for what it says: its task is gone, its schedule is paused by the sync.
- The project's name, task queue, namespace, lock prefix and servers can only change with a new start: that is said in words.
- A worker that dies while files are broken starts again with what loads, as any worker does.
`.split('\n');
