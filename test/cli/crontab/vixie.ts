/** An independent reading of cron lines: minute by minute, field by field, as the manual of Vixie cron describes them. */

const FORMS: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};
const NAMES = 'jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat'.split(' ');

/** Instants (epoch milliseconds) at which the line is due in UTC, from one to another, both included. */
export function vixieMinutes(line: string, from: number, to: number): number[] {
  const [minute, hour, day, month, weekday] = (FORMS[line] ?? line).split(' ') as [string, string, string, string, string];
  const found: number[] = [];
  for (let at = from; at <= to; at += 60_000) {
    const date = new Date(at);
    const isDay = matches(day, date.getUTCDate(), 1, 31);
    const isWeekday = matches(weekday, date.getUTCDay(), 0, 7) || (date.getUTCDay() === 0 && matches(weekday, 7, 0, 7));
    const byDay = day.startsWith('*') || weekday.startsWith('*') ? isDay && isWeekday : isDay || isWeekday;
    if (
      matches(minute, date.getUTCMinutes(), 0, 59) &&
      matches(hour, date.getUTCHours(), 0, 23) &&
      matches(month, date.getUTCMonth() + 1, 1, 12) &&
      byDay
    )
      found.push(at);
  }
  return found;
}

function matches(field: string, value: number, least: number, most: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [low, high] = range === '*' ? [least, most] : range.split('-').map(numberOf);
    const end = high ?? (step === undefined ? low! : most);
    return value >= low! && value <= end && (value - low!) % Number(step ?? 1) === 0;
  });
}

function numberOf(text: string): number {
  const at = NAMES.indexOf(text);
  return at < 0 ? Number(text) : at < 12 ? at + 1 : at - 12;
}
