/** Reads a cron line: five fields, as Vixie cron means them. */
import { CRON_FIELDS, parseDays, parseField, parseWeekdays, type CronField, type CronWeekdays } from './cron-field.js';
import { everOccurs, FIRST_YEAR, LAST_YEAR, type Moments } from './moments.js';
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
  const read = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      problems.push((error as Error).message);
      return null;
    }
  };
  const [minuteText, hourText, dayText, monthText, weekdayText] = line.split(/\s+/) as [string, string, string, string, string];
  const [minute, hour, , month] = CRON_FIELDS as [CronField, CronField, CronField, CronField];
  const fields = {
    minutes: read(() => parseField(minute, minuteText)),
    hours: read(() => parseField(hour, hourText)),
    days: read(() => parseDays(dayText)),
    months: read(() => parseField(month, monthText)),
    weekdays: read(() => parseWeekdays(weekdayText)),
  };
  if (problems.length > 0) return { moments: null, problems };

  // Both day fields restricted mean either of them, unless one begins with "*", as in Vixie cron.
  const either = !dayText.startsWith('*') && !weekdayText.startsWith('*');
  const moments = union(fields as Fields, either).filter(everOccurs);
  if (moments.length > 0) return { moments, problems: [] };
  return { moments: null, problems: [`"${text}" never occurs: no year from ${FIRST_YEAR} to ${LAST_YEAR} has such a day`] };
}

interface Fields {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: CronWeekdays;
}

function union({ minutes, hours, days, months, weekdays }: Fields, either: boolean): Moments[] {
  const at = { minutes, hours, months: orAny(months, 12) };
  const anyDay = { days: null, weekdays: null, nth: null };
  const byDay = { ...anyDay, days: orAny(days, 31) };
  const plain = { ...anyDay, weekdays: orAny(weekdays.plain, 7) };
  const byWeekday = [
    ...(weekdays.plain.length > 0 ? [plain] : []),
    ...weekdays.nth.map(({ weekday, nth }) => ({ ...anyDay, weekdays: [weekday], nth: [nth] })),
  ];
  const alternatives = either ? [byDay, ...byWeekday] : byWeekday.map((one) => ({ ...one, days: byDay.days }));
  const everyDay = alternatives.some((one) => one.days === null && one.weekdays === null && one.nth === null);
  return (everyDay ? [anyDay] : alternatives).map((one) => ({ ...at, ...one }));
}

/** null for all of a field's values; the last day of a month, -1, is one of its days anyway. */
function orAny(values: number[], size: number): number[] | null {
  return values.filter((value) => value >= 0).length === size ? null : values;
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
