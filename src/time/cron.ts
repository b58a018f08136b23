/** Reads a cron line: five fields, as Vixie cron means them. */
import { CRON_FIELDS, parseField } from './cron-field.js';
import { everOccurs, type Moments } from './moments.js';
import { sentenceOf } from './sentence.js';

const FORMS = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

export type Cron = { moments: Moments[]; problems: [] } | { moments: null; problems: string[] };

/** The moments a cron line names, as a union, or everything that is wrong with it. */
export function parseCron(text: string): Cron {
  const line = FORMS.get(text.trim().toLowerCase()) ?? text.trim();
  const refused = refuseWhole(line);
  if (refused) return { moments: null, problems: [refused] };

  const problems: string[] = [];
  const texts = line.split(/\s+/);
  const values = CRON_FIELDS.map((field, index) => {
    try {
      return parseField(field, texts[index]!);
    } catch (error) {
      problems.push((error as Error).message);
      return [];
    }
  });
  if (problems.length > 0) return { moments: null, problems };

  const moments = union(texts, values).filter(everOccurs);
  if (moments.length > 0) return { moments, problems: [] };
  return { moments: null, problems: [`"${text}" never occurs: no year has such a day`] };
}

/** Both day fields restricted mean OR, unless one of them starts with "*": then AND, as in Vixie cron. */
function union(texts: readonly string[], values: readonly number[][]): Moments[] {
  const [minutes, hours, days, months, weekdays] = values as [number[], number[], number[], number[], number[]];
  const at = { minutes, hours, months: orAny(months, 12) };
  const either = !texts[2]!.startsWith('*') && !texts[4]!.startsWith('*');
  if (!either) return [{ ...at, days: orAny(days, 31), weekdays: orAny(weekdays, 7) }];
  const byDay = { ...at, days: orAny(days, 31), weekdays: null };
  const byWeekday = { ...at, days: null, weekdays: orAny(weekdays, 7) };
  if (byDay.days === null || byWeekday.weekdays === null) return [{ ...at, days: null, weekdays: null }];
  return [byDay, byWeekday];
}

function orAny(values: number[], size: number): number[] | null {
  return values.length === size ? null : values;
}

/** What is wrong before any field is read, with what to write instead; or null. */
function refuseWhole(line: string): string | null {
  const word = line.split(/\s+/)[0]!.toLowerCase();
  if (line === '') return 'is empty: write five fields, like "0 6 * * *" for every day at 06:00';
  if (/^(cron_)?tz=/.test(word)) return `"${word.toUpperCase()}" in front is not read: put the zone into "timezone"`;
  if (word === '@reboot') return '"@reboot" names no time: a worker that starts has no date. Run the chain by hand: daychain run';
  if (word === '@every') return '"@every" is not cron: write the minutes and hours out, like "*/30 * * * *"';
  if (word.startsWith('@')) return `"${word}" is no form of cron: there are ${[...FORMS.keys()].join(', ')}`;
  if (/(^|\s)#/.test(line)) return 'has a comment: put it into "summary"';
  const fields = line.split(/\s+/);
  if (fields.length === 6 || fields.length === 7) return twoReadings(line, fields);
  if (fields.length !== 5) {
    return `"${line}" has ${counted(fields.length)}; cron has five: minute, hour, day of the month, month, day of the week`;
  }
  return null;
}

/** Six and seven fields mean different things in different dialects: both readings are shown, neither is taken. */
function twoReadings(line: string, fields: readonly string[]): string {
  const secondsFirst = reading(fields.slice(1, 6));
  const yearLast = reading(fields.length === 7 ? fields.slice(1, 6) : fields.slice(0, 5));
  const lines = [`"${line}" has ${counted(fields.length)}; cron here has five.`];
  if (secondsFirst) lines[0] += ` ${capital(secondsFirst.sentence)}: "${secondsFirst.text}".`;
  if (yearLast && yearLast.text !== secondsFirst?.text)
    lines.push(`If you meant ${yearLast.sentence.replace(/^on /, '')}: "${yearLast.text}".`);
  return lines.join('\n');
}

function reading(fields: readonly string[]): { text: string; sentence: string } | null {
  const text = fields.join(' ');
  const cron = parseCron(text);
  return cron.moments && { text, sentence: sentenceOf(cron.moments) };
}

function counted(fields: number): string {
  const words = [
    'no fields',
    'one field',
    'two fields',
    'three fields',
    'four fields',
    'five fields',
    'six fields',
    'seven fields',
  ];
  return words[fields] ?? `${fields} fields`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
