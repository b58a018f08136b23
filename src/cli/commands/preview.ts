/** `daychain preview`: when a schedule is due. Of a chain, or of any schedule, without a project and without a server. */
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { compareSlots, type SlotComparison } from '../../control/compare-slots.js';
import type { CompiledSchedule } from '../../time/schedule.js';
import { epochMs, instantText } from '../../time/zones.js';
import { EXIT } from '../exit-codes.js';
import { readLimit } from '../limit.js';
import type { Output } from '../output.js';
import { runBatch } from '../batch.js';
import { answerTo } from '../preview/batch.js';
import { previewLines } from '../preview/lines.js';
import { nextDue, readFrom, readSpec, readTo, shownSlot, slotsOf } from '../../control/preview-request.js';
import type { Act, Invocation } from '../program.js';
import { wrapped } from '../table.js';

/** Shown where no end is given. */
const SHOWN = 10;
const MOST_DIFFERENCES = 20;

interface PreviewOptions {
  spec?: string;
  timezone?: string;
  from?: string;
  to?: string;
  batch?: string;
  limit?: string;
  checkServer?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chain]', 'a chain, or a task with a schedule of its own')
    .option('--spec <json>', 'a schedule instead, as it stands in a chain: \'{"daily":"06:00"}\'')
    .option('--timezone <zone>', "its zone; default: the chain's, or UTC")
    .option('--from <when>', 'a date, from its first instant on, or an instant; default: now')
    .option('--to <when>', `a date, to its last instant, or an instant; default: as many slots as --limit`)
    .option('--limit <n>', `how many slots, where no end is given (default: ${SHOWN})`)
    .option('--batch <file>', 'answer a file of JSON lines, or - for stdin: {id, spec, timezone, from, to}')
    .option('--check-server', 'compare with what the Temporal server would do')
    .addHelpText(
      'after',
      `
Examples:
  daychain preview daily-chain
  daychain preview daily-chain --from 2026-03-28 --to 2026-03-30 --check-server
  daychain preview --spec '{"cron":"0 9 * * 5#2"}' --timezone Europe/Paris --from 2026-01-01`,
    )
    .action(act(preview));
}

async function preview({ out, project }: Invocation, [chain]: [string | undefined], options: PreviewOptions): Promise<number> {
  if (options.batch !== undefined) {
    const others = [
      chain !== undefined && 'a chain',
      ...(['spec', 'timezone', 'from', 'to', 'limit', 'checkServer'] as const).map((key) => options[key] !== undefined && key),
    ];
    if (others.some(Boolean)) throw new BadInput('--batch takes all from its file: leave the other arguments out.');
    await runBatch(out, options.batch, answerTo);
    return EXIT.done;
  }
  return await previewOne(out, project, chain, options);
}

async function previewOne(
  out: Output,
  named: string | undefined,
  chain: string | undefined,
  options: PreviewOptions,
): Promise<number> {
  const compiled = await readSchedule(named, chain, options);
  const { timezone } = compiled;
  const from = options.from === undefined ? Date.now() : readFrom(options.from, timezone);
  const until = options.to === undefined ? null : readTo(options.to, timezone, from, options.from ?? instantText(from));
  const limit = readLimit(options.limit, 10_000) ?? SHOWN;
  const slots = until === null ? nextDue(compiled, from, limit) : slotsOf(compiled, from, until);
  const goesOn = until === null && slots.length === limit;
  const to = until ?? slots.at(-1)?.at ?? from;
  const server = options.checkServer ? await askServer(named, compiled, from, to) : null;
  out.answer({ slots: slots.map((slot) => shownSlot(slot, timezone)), ...(server && { server }) });
  for (const line of previewLines(compiled, slots, from, to)) out.say(wrapped(line, out.width).join('\n'));
  if (goesOn) out.note(`The first ${limit} are shown; further ones: the same command with --limit ${limit * 10}`);
  if (server === null) return EXIT.done;
  for (const line of comparisonLines(server, to)) out.say(line);
  return server.onlyOurs.length + server.onlyServers.length === 0 ? EXIT.done : EXIT.failed;
}

async function readSchedule(
  named: string | undefined,
  chain: string | undefined,
  { spec, timezone }: PreviewOptions,
): Promise<CompiledSchedule> {
  if ((chain === undefined) === (spec === undefined)) {
    throw new BadInput(
      `Name a chain, or give a schedule: daychain preview daily-chain, or daychain preview --spec '{"daily":"06:00"}'`,
    );
  }
  if (spec !== undefined) return readSpec(readJson(spec), timezone ?? 'UTC');
  const [{ openProject }, { findEntry }] = await Promise.all([import('../session.js'), import('../../control/run-words.js')]);
  const { registry } = await openProject(named);
  const { kind, id } = findEntry(registry, chain!);
  const timing = kind === 'chain' ? registry.chain(id) : registry.timingOf(id);
  if (!timing?.compiled) {
    const [of] = registry.chainsOf(id);
    const instead = kind === 'task' && of !== undefined ? ` It stands in a chain: daychain preview ${of}` : '';
    throw new BadInput(`${kind} ${id} has no schedule of its own: it runs by hand only.${instead}`);
  }
  return timezone === undefined ? timing.compiled : readSpec(timing.schedule, timezone);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`--spec ${text}: this is no JSON: ${(error as Error).message}\nLike this: --spec '{"daily":"06:00"}'`);
  }
}

async function askServer(
  named: string | undefined,
  compiled: CompiledSchedule,
  from: number,
  to: number,
): Promise<SlotComparison> {
  const { openPlainServer } = await import('../preview/server.js');
  const connection = await openPlainServer(named);
  try {
    return await compareSlots(connection, compiled, from, to);
  } finally {
    await connection.close();
  }
}

function comparisonLines({ same, onlyOurs, onlyServers, until }: SlotComparison, to: number): string[] {
  const reach = epochMs(until) < Math.floor(to / 1_000) * 1_000 ? `, up to ${until}, as far as its spec reaches` : '';
  if (onlyOurs.length + onlyServers.length === 0)
    return [`\nThe server agrees: ${same} ${same === 1 ? 'slot' : 'slots'}${reach}.`];
  return [
    `\nThe server does not agree: ${same} the same, ${onlyOurs.length} only here, ${onlyServers.length} only there${reach}.`,
    ...differences('only here ', onlyOurs),
    ...differences('only there', onlyServers),
  ];
}

function differences(label: string, slots: readonly string[]): string[] {
  const told = slots.slice(0, MOST_DIFFERENCES).map((slot) => `  ${label}   ${slot}`);
  const left = slots.length - told.length;
  return left === 0 ? told : [...told, `  ${label}   … and ${left} more: the same command with --json`];
}
