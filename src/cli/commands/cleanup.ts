/** `daychain cleanup`: removes what we own and nobody needs, and says what it was. */
import type { Command } from 'commander';
import { cleanUp } from '../../control/clean-up.js';
import { readDays } from '../ages.js';
import { reportLines } from '../cleanup/lines.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openLocks, openProject, openServer, ownFoldersOf, type LockSession } from '../session.js';

interface Options {
  olderThan: string;
  dryRun?: boolean;
  schedules?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .option('--older-than <days>', 'log files last written before', '30d')
    .option('--dry-run', 'only say what would be removed')
    .option('--schedules', 'also schedules whose file is gone; never one that the files define')
    .addHelpText(
      'after',
      `
Removed: old files of .daychain/logs; locks without an end whose run has ended; closed runs of schedules that run oftener
than once a day, once older than their "keep" (30 days unless the file says otherwise). The last a worker does every day
by itself. Left alone: open runs, data of the servers, success keys, everything of other projects.

Examples:
  daychain cleanup --dry-run
  daychain cleanup --older-than 7d
  daychain cleanup --schedules`,
    )
    .action(act(cleanup));
}

async function cleanup({ out, project: named }: Invocation, _args: [], options: Options): Promise<number> {
  const { dryRun = false, schedules = false } = options;
  const wish = { olderThanDays: readDays(options.olderThan, '--older-than'), dryRun, schedules };
  const project = await openProject(named);
  const { registry } = project;
  const session = await openServer(project);
  let locks: LockSession | null = null;
  const openStore = async () => (locks = await openLocks(project)).store;
  try {
    const place = { server: session.server, registry, folders: ownFoldersOf(project), openLocks: openStore };
    const report = await cleanUp(place, wish, Date.now());
    out.answer(report);
    const { name, timezone } = registry.project;
    for (const line of reportLines(report, { project: name, zone: timezone, now: Date.now(), width: out.width })) out.say(line);
    return report.redis === null ? EXIT.unreachable : EXIT.done;
  } finally {
    (locks as LockSession | null)?.close();
    await session.close();
  }
}
