/** Lines of a crontab as chains of one command each, and for every line what has become of it. */
import { isSecretName } from '../../registry/params.js';
import { compileSchedule } from '../../time/schedule.js';
import { isZone } from '../../time/zones.js';
import { argvOf, OF_CRON } from './argv.js';
import { chainText } from './chain-text.js';
import { idOf, uniqueId } from './ids.js';
import type { CrontabLine, JobLine } from './read.js';
import { cronText } from './times.js';

/** What became of a line. */
export type Fate =
  | { fate: 'nothing' }
  | { fate: 'chain'; chain: string }
  /** It stands in a file of an earlier import. */
  | { fate: 'already'; file: string }
  /** It reaches the commands below it. */
  | { fate: 'passed' }
  /** Kept as the summary of the chain below it, or left in the crontab only. */
  | { fate: 'comment' }
  | { fate: 'not_taken'; why: string };

export interface ConvertedLine {
  line: CrontabLine;
  fate: Fate;
}

export interface NewChain {
  id: string;
  task: string;
  /** Number of its line. */
  line: number;
  file: string;
  content: string;
  cron: string;
  /** In words. */
  when: string;
  timezone: string;
  argv: readonly string[];
  /** What it will not have as under cron. */
  notes: string[];
}

export interface ConvertOptions {
  /** Of lines above which no CRON_TZ stands. */
  timezone: string;
  /** The project's: one that is the same is not written down. */
  projectTimezone: string;
  /** Ids of the project. */
  taken: readonly string[];
  /** Lines that were imported before, and where to. */
  known: ReadonlyMap<string, string>;
  ending: 'ts' | 'js';
}

export function convertCrontab(
  lines: readonly CrontabLine[],
  options: ConvertOptions,
): { lines: ConvertedLine[]; chains: NewChain[] } {
  const taken = new Set(options.taken);
  const chains: NewChain[] = [];
  const converted = lines.map((line): ConvertedLine => {
    switch (line.kind) {
      case 'blank':
        return { line, fate: { fate: 'nothing' } };
      case 'comment':
        return { line, fate: { fate: 'comment' } };
      case 'disabled':
        return { line, fate: { fate: 'not_taken', why: 'it is switched off by its "#"; take that away and import again' } };
      case 'unreadable':
        return { line, fate: { fate: 'not_taken', why: `${line.why}; cron would not read it either` } };
      case 'environment':
        return { line, fate: ofVariable(line.name, line.value) };
      case 'job': {
        const file = options.known.get(lineKey(line.text));
        if (file !== undefined) return { line, fate: { fate: 'already', file } };
        const chain = chainOf(line, line.number, line.text, taken, options);
        if (typeof chain === 'string') return { line, fate: { fate: 'not_taken', why: chain } };
        chains.push(chain);
        return { line, fate: { fate: 'chain', chain: chain.id } };
      }
    }
  });
  return { lines: converted, chains };
}

/** A job's line as the files name it. */
export function lineKey(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function ofVariable(name: string, value: string): Fate {
  if (name === 'MAILTO') {
    const to = value === '' ? 'nobody got mail here either; ' : '';
    return { fate: 'not_taken', why: `${to}output is not mailed: it stands in the log of each run` };
  }
  if (name === 'CRON_TZ') return { fate: 'passed' };
  if (name === 'RANDOM_DELAY')
    return { fate: 'not_taken', why: `write jitter: '${value} minutes' into the schedules that need it` };
  if (OF_CRON.includes(name)) return { fate: 'not_taken', why: 'it means something to cron only' };
  if (isSecretName(name))
    return {
      fate: 'not_taken',
      why: 'it is named like a secret, and files are shared: put it into .env, which commands inherit',
    };
  return { fate: 'passed' };
}

function chainOf(job: JobLine, line: number, text: string, taken: Set<string>, options: ConvertOptions): NewChain | string {
  if (job.command === '') return 'it has no command';
  const cron = cronText(job.when);
  const timezone = job.environment.get('CRON_TZ') ?? options.timezone;
  if (!isZone(timezone)) return `CRON_TZ=${timezone} is no time zone here`;
  const { compiled, problems } = compileSchedule({ cron }, timezone);
  if (compiled === null) return problems.map(({ message }) => message).join('; ');
  const id = uniqueId(idOf(job.command), taken);
  const task = uniqueId(`task_${id.replaceAll('-', '_')}`, taken);
  const secrets = new Set([...job.environment.keys()].filter((name) => isSecretName(name)));
  const argv = argvOf(job, secrets);
  const notes = [
    ...(job.user === null ? [] : [`ran as ${job.user}; here it runs as the worker's user`]),
    ...(cron === job.when || job.when.startsWith('@') ? [] : [`times written anew: ${job.when}`]),
  ];
  const content = chainText({
    line: lineKey(text),
    summary: job.comment,
    cron,
    timezone: timezone === options.projectTimezone ? null : timezone,
    task,
    argv,
    notes,
  });
  return {
    id,
    task,
    line,
    file: `chains/${id}.${options.ending}`,
    content,
    cron,
    when: compiled.sentence,
    timezone,
    argv,
    notes,
  };
}
