/** Lines of a log as people read them. */
import type { LogLevel, LogLine } from '../observability/log-lines.js';
import { localDate } from '../time/zones.js';
import { dashed } from '../time/dates.js';
import type { Colour, Output } from './output.js';
import { padded, shortened } from './table.js';
import { clockText, shownZone } from '../control/when-text.js';

const COLOURS: Partial<Record<LogLevel, Colour>> = { trace: 'dim', debug: 'dim', warn: 'yellow', error: 'red', fatal: 'red' };

export interface LogScreen {
  out: Output;
  zone: string;
  /** Width of the column of tasks; 0: there is none, for a single task's log. */
  nameWidth: number;
}

/** Writes lines one after the other; the date stands alone where it is another than before. */
export class LogPrinter {
  private date: string | null = null;

  constructor(private readonly screen: LogScreen) {}

  print(line: LogLine): void {
    const { out, zone, nameWidth } = this.screen;
    const date = localDate(line.at, shownZone(zone));
    if (date !== this.date) out.say(dashed(date));
    this.date = date;
    const time = `${clockText(line.at, zone, true)}.${line.at.slice(20, 23)}`;
    const name = nameWidth === 0 ? '' : `${padded(shortened(line.task, nameWidth), nameWidth)}  `;
    const level = out.paint(COLOURS[line.level] ?? null, padded(line.level, 5));
    const head = `${time}  ${name}#${line.attempt}  ${level}  `;
    const indent = ' '.repeat(`${time}  ${name}#${line.attempt}  ${padded(line.level, 5)}  `.length);
    const [first = '', ...rest] = [line.message, fieldsText(line.fields)]
      .filter((text) => text !== '')
      .join('   ')
      .split('\n');
    // A text may hold lines of its own; indented, none of them can pass for another event.
    out.say([`${head}${visible(first)}`.trimEnd(), ...rest.map((text) => `${indent}${visible(text)}`.trimEnd())].join('\n'));
  }
}

function fieldsText(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** Control characters, and those that turn the direction of writing, are shown, and do nothing to the terminal. */
export function visible(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
