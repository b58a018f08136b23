/** The file of a chain made from a line of a crontab. */
import { listLiteral, literal } from '../scaffold/literal.js';

export interface ChainText {
  /** As it stood in the crontab. */
  line: string;
  summary: string | null;
  cron: string;
  /** Null: the project's. */
  timezone: string | null;
  task: string;
  argv: readonly string[];
  notes: readonly string[];
}

/** In front of the line, so that a second import knows what is there. */
export const ORIGIN = '// From a crontab: ';

export function chainText({ line, summary, cron, timezone, task, argv, notes }: ChainText): string {
  return [
    `import { defineChain } from 'daychain';`,
    '',
    `${ORIGIN}${line}`,
    ...notes.map((note) => `// ${note}`),
    'export default defineChain({',
    ...(summary === null ? [] : [`  summary: ${literal(summary)},`]),
    `  schedule: { cron: ${literal(cron)} },`,
    ...(timezone === null ? [] : [`  timezone: ${literal(timezone)},`]),
    '  tasks: {',
    `    ${task}: {`,
    `      command: ${listLiteral(argv, 6, '      command: ,'.length)},`,
    '      // As under cron: one try, with time enough.',
    `      timeout: '24 hours',`,
    '      retry: { retries: 0 },',
    '    },',
    '  },',
    '});',
    '',
  ].join('\n');
}

/** The lines of crontabs that a chain's file says it was made from. */
export function originsIn(content: string): string[] {
  return content
    .split('\n')
    .filter((line) => line.startsWith(ORIGIN))
    .map((line) => line.slice(ORIGIN.length));
}
