/** `daychain notices`: who is told of failures, lateness and recoveries, whether they can be reached, and a test. */
import type { Command } from 'commander';
import { readRecentNotices, type RecentNotices } from '../../control/notices.js';
import { testFacts } from '../../control/notice-test.js';
import { chosenTargets, collectTargets, type NoticeTargetLine } from '../../control/notice-targets.js';
import { disabledBecause, variablesOf } from '../../notices/addresses.js';
import { sendNotice } from '../../notices/send.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer, type Project } from '../session.js';
import { readLimit } from '../limit.js';
import { shortened, table } from '../table.js';
import { shownZone, whenText } from '../../control/when-text.js';

/** Told lately, where nothing else is asked for. */
const LIMIT = 20;

interface TestOptions {
  to?: string;
}

export function configure(command: Command, act: Act): void {
  command.description('Who is told of failures, lateness and recoveries, and what was told lately.').addHelpText(
    'after',
    `
Examples:
  daychain notices                    targets, whether they can be reached, and what was told lately
  daychain notices list --limit 100   more of what was told
  daychain notices test               send a test to each
  daychain notices test --to ops`,
  );
  command
    .command('list', { isDefault: true })
    .copyInheritedSettings(command)
    .summary('Who is told, and what was told lately')
    .description('Who is told of failures, lateness and recoveries, and what was told lately.')
    .option('--limit <n>', `how many of those told lately (default: ${LIMIT})`)
    .action(act(list));
  command
    .command('test')
    .copyInheritedSettings(command)
    .summary('Send a test, and say what was answered')
    .description('Send a test notice to each target, or to one, and say what was answered.')
    .option('--to <name>', 'only to this target')
    .action(act(test));
}

async function list({ out, project: named }: Invocation, _args: [], options: { limit?: string }): Promise<number> {
  const limit = readLimit(options.limit, 1_000) ?? LIMIT;
  const project = await openProject(named);
  const { environment } = project.config;
  const targets = collectTargets(project.registry).map((line) => ({
    ...line,
    disabled: disabledBecause(line.setting.target, environment),
  }));
  const told = await recentOf(project, limit);
  out.answer({
    targets: targets.map(({ setting, ...line }) => ({ ...line, ...shownSetting(setting) })),
    recent: told?.recent ?? null,
    leftOut: told?.leftOut ?? 0,
  });
  if (targets.length === 0) {
    out.say('Nobody is told of anything. In daychain.config:');
    out.say(`  notices: [{ on: ['failure', 'recovery'], to: { webhook: { url: { env: 'OPS_WEBHOOK' } } } }]`);
    return EXIT.done;
  }
  const lines = table(targets.map((target) => rowOf(out, target)));
  targets.forEach(({ disabled }, at) => {
    out.say(shortened(lines[at]!, out.width));
    if (disabled !== null) out.say(shortened(`  ${disabled}`, out.width));
  });
  if (told === null) out.note('\nWhat was told lately is not known: no Temporal server is reached.');
  else sayRecent(out, project, told);
  return EXIT.done;
}

function rowOf(out: Output, { setting, usedBy, disabled }: NoticeTargetLine & { disabled: string | null }): string[] {
  const { name, on, after, target } = setting;
  const events = on.map((event) => (event === 'failure' && after > 1 ? `failure from the ${ordinal(after)} in a row` : event));
  const state = disabled === null ? out.paint('green', 'set') : out.paint('yellow', 'disabled');
  return [name, target.medium, events.join(', '), usedBy, state];
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

function sayRecent(out: Output, { registry }: Project, { recent, leftOut }: RecentNotices): void {
  if (recent.length === 0) return out.say('\nNothing was told lately.');
  out.say(`\nTold lately (${shownZone(registry.project.timezone)})`);
  const rows = recent.map(({ at, run, event, target, delivered, answer }) => [
    `  ${whenText(at, registry.project.timezone, Date.now())}`,
    run,
    event,
    target,
    delivered ? 'delivered' : out.paint('red', `given up: ${answer}`),
  ]);
  for (const line of table(rows)) out.say(shortened(line, out.width));
  if (leftOut > 0) out.say(`  … and ${leftOut} older: daychain notices list --limit ${recent.length + leftOut}`);
}

async function test({ out, project: named }: Invocation, _: [], { to }: TestOptions): Promise<number> {
  const project = await openProject(named);
  const chosen = chosenTargets(project.registry, to);
  const now = Date.now();
  const results = await Promise.all(
    chosen.map(async ({ setting, usedBy, id }) => {
      const facts = testFacts(project, id, now);
      const sent = await sendNotice({ key: `test-${now}`, target: setting.target, facts }, project.config.environment);
      return { target: setting.name, usedBy, delivered: sent.sent, answer: sent.answer };
    }),
  );
  for (const { target, delivered, answer } of results) {
    out.say(`${out.paint(delivered ? 'green' : 'red', delivered ? '✓' : '✗')} ${target}   ${answer}`);
  }
  out.answer({ results });
  return results.every(({ delivered }) => delivered) ? EXIT.done : EXIT.failed;
}

function shownSetting({ name, on, after, remindEvery, target }: NoticeTargetLine['setting']) {
  return { name, on, after, remindEvery, medium: target.medium, variables: variablesOf(target) };
}

async function recentOf(project: Project, limit: number): Promise<RecentNotices | null> {
  try {
    const session = await openServer(project);
    try {
      return await readRecentNotices(session.server, limit);
    } finally {
      await session.close();
    }
  } catch {
    return null;
  }
}
