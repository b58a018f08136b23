/** What an import says: what each line has become, what differs from cron, and what comes next. */
import { clipped, labelled, padded, shortened, widthOf, wrapped } from '../table.js';
import type { ConvertedLine, NewChain } from './convert.js';

export interface ReportOptions {
  file: string;
  system: boolean;
  timezone: string;
  dryRun?: boolean;
  width: number;
}

export function reportLines(lines: readonly ConvertedLine[], chains: readonly NewChain[], options: ReportOptions): string[] {
  const { width, dryRun } = options;
  return [
    ...wrapped(headline(lines, chains, options), width),
    ...(dryRun
      ? chains.flatMap(({ file, content }) => [
          '',
          `${file}:`,
          ...content
            .trimEnd()
            .split('\n')
            .map((line) => `  ${line}`),
        ])
      : []),
    ...chainLines(chains, width),
    ...restLines(lines, width),
    ...differences(lines, chains, options),
    ...nextLines(chains, dryRun ?? false, width),
  ];
}

const KINDS = [
  ['job', 'job', 'jobs'],
  ['environment', 'variable', 'variables'],
  ['comment', 'comment', 'comments'],
  ['disabled', 'job switched off', 'jobs switched off'],
  ['unreadable', 'unreadable line', 'unreadable lines'],
  ['blank', 'blank line', 'blank lines'],
] as const;

function headline(
  lines: readonly ConvertedLine[],
  chains: readonly NewChain[],
  { file, system, dryRun, timezone }: ReportOptions,
): string {
  const said = KINDS.map(([kind, one, many]) => ({ count: lines.filter(({ line }) => line.kind === kind).length, one, many }))
    .filter(({ count }) => count > 0)
    .map(({ count, one, many }) => counted(count, one, many));
  const what = `${file === '-' ? 'The crontab' : file}: ${counted(lines.length, 'line')}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
  const made = `${counted(chains.length, 'chain')} ${dryRun ? 'would be written' : 'written'}`;
  const users = system ? ' Its lines name users.' : '';
  return `${what}: ${made}. Times are in ${timezone}${chains.some((one) => one.timezone !== timezone) ? ', where no CRON_TZ says otherwise' : ''}.${users}`;
}

function chainLines(chains: readonly NewChain[], width: number): string[] {
  if (chains.length === 0) return [];
  const numbers = Math.max(...chains.map(({ line }) => String(line).length));
  const files = Math.min(48, Math.max(...chains.map(({ file }) => widthOf(file))));
  return [
    '',
    ...chains.flatMap(({ line, file, when, notes }) => {
      const head = `  line ${String(line).padStart(numbers)}   ${padded(shortened(file, files), files)}   `;
      const [first = '', ...more] = wrapped(when, Math.max(24, width - widthOf(head)));
      const under = ' '.repeat(widthOf(head));
      return [
        head + first,
        ...more.map((text) => under + text),
        ...notes.flatMap((note) => wrapped(note, width - widthOf(under)).map((text) => under + text)),
      ];
    }),
  ];
}

/** Every line that has become no chain, except blank ones and comments, which are counted above. */
function restLines(lines: readonly ConvertedLine[], width: number): string[] {
  const rest = lines.flatMap(({ line, fate }) => {
    if (fate.fate === 'not_taken') return [{ line, text: fate.why }];
    if (fate.fate === 'already') return [{ line, text: `there already: ${fate.file}` }];
    if (fate.fate === 'passed')
      return [
        {
          line,
          text:
            line.kind === 'environment' && line.name === 'CRON_TZ'
              ? 'the zone of the lines below it'
              : 'the commands below it get it',
        },
      ];
    return [];
  });
  if (rest.length === 0) return [];
  const numbers = Math.max(...rest.map(({ line }) => String(line.number).length));
  return [
    '',
    ...rest.flatMap(({ line, text }) => {
      const head = `  line ${String(line.number).padStart(numbers)}   `;
      const shown = clipped(line.text.trim(), width - widthOf(head));
      return [head + shown, ...wrapped(text, width - widthOf(head)).map((part) => ' '.repeat(widthOf(head)) + part)];
    }),
  ];
}

function differences(lines: readonly ConvertedLine[], chains: readonly NewChain[], { width }: ReportOptions): string[] {
  if (chains.length === 0) return [];
  const hasPath = lines.some(({ line }) => line.kind === 'environment' && line.name === 'PATH');
  const users = [...new Set(lines.flatMap(({ line }) => (line.kind === 'job' && line.user !== null ? [line.user] : [])))];
  const rows: [string, string][] = [
    [
      'user',
      users.length === 0 ? "the worker's" : `the worker's, not ${users.join(', ')}: start the worker as the user that is needed`,
    ],
    ['PATH', hasPath ? "the crontab's, below the line that sets it" : "the worker's; cron had /usr/bin:/bin"],
    ['output', 'not mailed: daychain show RUN has the end of it, the log all of it'],
    ['overlap', 'a run that is still going holds the next one back (once a day) or leaves it out (oftener); cron ran both'],
    ['missed', 'times missed while the machine was away are caught up: seven dates (once a day) or the latest (oftener)'],
    ['end', 'what a command leaves in the background is ended with it; and none runs longer than 24 hours'],
  ];
  return [
    '',
    'What differs from cron (shell, home folder, environment and input are the same):',
    ...rows.flatMap(([label, text]) => labelled(label, text, { labelWidth: 10, width })),
  ];
}

function nextLines(chains: readonly NewChain[], dryRun: boolean, width: number): string[] {
  if (chains.length === 0) return ['', 'Nothing to import.'];
  if (dryRun) return ['', 'Nothing was written. Write them: the same without --dry-run.'];
  const text = `Next: daychain check, then daychain sync; a running "daychain up" takes them up by itself. Then take the lines out of the crontab (crontab -e): until then both run them.`;
  return ['', ...wrapped(text, width)];
}

function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
