/** `daychain cleanup`: removes what we own and nobody needs, and says what it was. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { cleanFiles, type CleanedFiles } from '../../control/clean-files.js';
import { cleanLocks, type CleanedLocks } from '../../control/clean-locks.js';
import { cleanRuns } from '../../control/clean-runs.js';
import { goneSchedules, removeSchedules } from '../../control/clean-schedules.js';
import { lastDailyCleanUp, type DailyCleanUp } from '../../control/daily-clean-up.js';
import { Refused } from '../../control/errors.js';
import type { Server } from '../../control/server.js';
import { DAY } from '../../plan/limits.js';
import type { CleanedRuns } from '../../plan/types.js';
import { readDays } from '../ages.js';
import { reportLines } from '../cleanup/lines.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { homeOf, openLocks, openProject, openServer, type Project } from '../session.js';

interface Options {
  olderThan: string;
  dryRun?: boolean;
  schedules?: boolean;
}

/** What was removed, or would be, by kind. */
export interface CleanUpReport {
  dryRun: boolean;
  olderThanDays: number;
  files: CleanedFiles;
  /** Null where Redis could not be asked: `redisProblem` says why. */
  redis: CleanedLocks | null;
  redisProblem: string | null;
  runs: CleanedRuns[];
  /** Schedules whose file is gone, and those of them that were removed. `unknown`: files with problems, so nobody can say. */
  schedules: { gone: string[]; removed: string[]; unknown: boolean };
  daily: DailyCleanUp | null;
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
  const days = readDays(options.olderThan, '--older-than');
  const project = await openProject(named);
  if (options.schedules && project.registry.problems.length > 0) {
    throw new Refused(
      'not_prepared',
      'Files of the project have problems, so nobody can say which schedules they define; nothing was removed.\nSee all: daychain check',
    );
  }
  const session = await openServer(project);
  try {
    const report = await clean(project, session.server, days, options);
    out.answer(report);
    const { name, timezone } = project.registry.project;
    for (const line of reportLines(report, { project: name, zone: timezone, now: Date.now(), width: out.width })) out.say(line);
    return report.redis === null ? EXIT.unreachable : EXIT.done;
  } finally {
    await session.close();
  }
}

async function clean(project: Project, server: Server, olderThanDays: number, options: Options): Promise<CleanUpReport> {
  const { registry, config } = project;
  const dryRun = options.dryRun ?? false;
  const now = Date.now();
  const folders = [
    { dir: join(homeOf(project), 'logs'), isOurs: (name: string) => /\.(?:jsonl?|log)(?:\.\d+)?(?:\.gz)?$/.test(name) },
    { dir: config.cacheDir, isOurs: (name: string) => name.startsWith('.fetch-') },
  ];
  const files = await cleanFiles(folders, now - olderThanDays * DAY, { dryRun });
  const runs = await cleanRuns(server, registry, now, { dryRun });
  const gone = await goneSchedules(server, registry);
  const removed = options.schedules && !dryRun ? await removeSchedules(server, registry, gone) : [];
  return {
    dryRun,
    olderThanDays,
    files,
    ...(await cleanRedis(project, server, now, dryRun)),
    runs,
    schedules: { gone, removed, unknown: registry.problems.length > 0 },
    daily: await lastDailyCleanUp(server),
  };
}

async function cleanRedis(
  project: Project,
  server: Server,
  now: number,
  dryRun: boolean,
): Promise<Pick<CleanUpReport, 'redis' | 'redisProblem'>> {
  try {
    const locks = await openLocks(project);
    try {
      return { redis: await cleanLocks(server, locks.store, now, { dryRun }), redisProblem: null };
    } finally {
      locks.close();
    }
  } catch (error) {
    return { redis: null, redisProblem: (error as Error).message.split('\n')[0]! };
  }
}
