/** `daychain plan`: in which order a chain's tasks run, or what each would do by the outcomes so far. Asks no server. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { BadInput } from '../../control/errors.js';
import { groups } from '../../plan/graph.js';
import { outlook, type Outlook, type OutcomeWord } from '../../plan/outlook.js';
import { readChainData, readOutcomes, type Placements } from '../../registry/chain-data.js';
import { runBatch } from '../batch.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { parseJson, readProblem } from '../strict-json.js';
import { labelled, padded, widthOf, wrapped } from '../table.js';

interface Options {
  file?: string;
  outcomes?: string;
  batch?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chain]', 'a chain of the project')
    .option('--file <file>', 'a chain file instead: {"tasks": {"task_b": ["task_a"], …}}; - is standard input')
    .option('--outcomes <json>', 'what has ended or started: {"task_a": "success", "task_b": "pending"}')
    .option('--batch <file>', 'one request per line, {"id", "chain", "outcomes"?}, one answer per line; - is standard input')
    .addHelpText(
      'after',
      `
Without outcomes: the groups of tasks that may run at once, each task in the first group possible.
With them, every task that has none gets run, wait, upstream_failed, upstream_skipped or rule_not_met.
Outcomes: success, no_work, skipped_by_operator, condition_not_met, upstream_skipped, rule_not_met,
failed, cancelled, lock_held, upstream_failed, and pending for what has started and not ended.

Examples:
  daychain plan daily-chain
  daychain plan daily-chain --outcomes '{"task_firecrawl": "failed"}'
  daychain plan --file chain.json --json
  daychain plan --batch requests.jsonl > answers.jsonl`,
    )
    .action(act(plan));
}

async function plan({ out, project }: Invocation, [chain]: [string | undefined], options: Options): Promise<number> {
  refuseUnlessOne(chain, options);
  if (options.batch !== undefined) {
    await runBatch(out, options.batch, answer);
    return EXIT.done;
  }
  const given = options.outcomes === undefined ? undefined : parseJson(options.outcomes, '--outcomes');
  const placements = chain === undefined ? await readChainFile(options.file!) : await chainOfProject(project, chain);
  const name = chain ?? options.file!;
  if (given === undefined) return showOrder(out, name, placements);
  return showDecisions(
    out,
    name,
    placements,
    inWords(() => readOutcomes(given, placements, 'outcomes')),
  );
}

function refuseUnlessOne(chain: string | undefined, { file, batch, outcomes }: Options): void {
  const named = [chain, file && '--file', batch && '--batch'].filter((one) => one !== undefined);
  if (named.length === 0) throw new BadInput('Which chain? Name one of the project, or a file: daychain plan --file chain.json');
  if (named.length > 1) throw new BadInput(`${named.join(' and ')} exclude each other: one chain at a time, or one batch.`);
  if (batch !== undefined && outcomes !== undefined)
    throw new BadInput('--outcomes and --batch exclude each other: in a batch each line has its own "outcomes".');
}

/** One line of a batch. */
function answer(request: unknown): object {
  const { chain, outcomes, ...rest } = request as { id: unknown; chain?: unknown; outcomes?: unknown };
  const unknown = Object.keys(rest).find((key) => key !== 'id');
  if (unknown !== undefined) throw new BadInput(`${unknown}: "${unknown}" is not known here; there are id, chain, outcomes.`);
  if (chain === undefined) throw new BadInput('chain: is missing; expected an object like {"tasks": {"task_a": []}}.');
  const placements = readChainData(chain, 'chain');
  if (outcomes === undefined) return orderOf(placements);
  return decisionsOf(outlook(placements, readOutcomes(outcomes, placements, 'outcomes')));
}

async function readChainFile(file: string): Promise<Placements> {
  let text: string;
  try {
    text = file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new BadInput(`--file ${file} cannot be read: ${readProblem(error)}.`);
  }
  const value = parseJson(text, file);
  return inWords(() => readChainData(value));
}

/** The project's files, and all that reading them takes, are loaded only for this. */
async function chainOfProject(named: string | undefined, id: string): Promise<Placements> {
  const [{ openProject }, { findEntry }] = await Promise.all([import('../session.js'), import('../../control/run-words.js')]);
  const { registry } = await openProject(named);
  if (findEntry(registry, id).kind === 'task') throw new BadInput(`"${id}" is a task, not a chain.\nSee all: daychain list`);
  return registry.chain(id)!.placements;
}

function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message);
    throw error;
  }
}

function orderOf(placements: Placements): { order: string[][] } {
  return { order: groups(new Map([...placements].map(([id, { dependsOn }]) => [id, dependsOn]))) };
}

function decisionsOf(found: ReadonlyMap<string, Outlook>): { decisions: Record<string, Outlook['decision']> } {
  return { decisions: Object.fromEntries([...found].map(([id, { decision }]) => [id, decision])) };
}

function showOrder(out: Output, name: string, placements: Placements): number {
  const { order } = orderOf(placements);
  out.answer({ order });
  out.say(
    `${name}: ${counted(placements.size, 'task')} in ${counted(order.length, 'group')}; what stands in one line may run at once`,
  );
  const labelWidth = String(order.length).length + 2;
  order.forEach((group, at) => {
    for (const line of labelled(String(at + 1), group.join(', '), { labelWidth, width: out.width })) out.say(line);
  });
  return EXIT.done;
}

function showDecisions(out: Output, name: string, placements: Placements, outcomes: ReadonlyMap<string, OutcomeWord>): number {
  const found = outlook(placements, outcomes);
  out.answer(decisionsOf(found));
  const now = [...found].filter(([, { decision }]) => decision === 'run').length;
  const rest =
    found.size === 0 ? 'nothing is left to decide' : `${now} of ${counted(found.size, 'task')} without an outcome may run now`;
  out.say(`${name}: ${rest}`);
  for (const line of decisionLines(found, out.width)) out.say(line);
  return EXIT.done;
}

/** Columns: task, decision, why. What is too wide for its column goes on below. */
function decisionLines(found: ReadonlyMap<string, Outlook>, width: number): string[] {
  const idWidth = Math.min(40, Math.max(0, ...[...found.keys()].map(widthOf))) + 3;
  const wordWidth = Math.max(0, ...[...found.values()].map(({ decision }) => decision.length)) + 3;
  return [...found].flatMap(([id, { decision, why }]) => {
    const [first = '', ...more] = wrapped(why, width - 2 - idWidth - wordWidth);
    const cells = `${padded(decision, wordWidth)}${first}`;
    const head =
      widthOf(id) + 3 > idWidth ? [`  ${id}`, `${' '.repeat(2 + idWidth)}${cells}`] : [`  ${padded(id, idWidth)}${cells}`];
    return [...head, ...more.map((line) => ' '.repeat(2 + idWidth + wordWidth) + line)];
  });
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
