/** Dates, times, durations and numbers as a language writes them. Time is an argument: `now` in epoch milliseconds. */

export type Language = 'en' | 'fr';
export const LANGUAGES: readonly Language[] = ['en', 'fr'];

const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };
const DAY = 86_400_000;

export interface Formats {
  /** `40 ms`, `41 s`, `3.4 s`, `12 min`, `2 h 5 min`, `3 d 4 h`. Milliseconds. */
  duration(ms: number): string;
  number(value: number): string;
  /** `14%`, of a share between 0 and 1; 100% only of all. */
  percent(share: number): string;
  /** `06:00`, or `06:00:07` with seconds. */
  clock(instant: string | number, zone: string, seconds?: boolean): string;
  /** `today 06:00`, `yesterday 06:21`, `1 Nov 05:00`, with the year where it is another one. */
  when(instant: string | number, zone: string, now: number, seconds?: boolean): string;
  /** `22 November`, with the year where it is another one. A date is `YYYYMMDD`. */
  date(date: string, today: string): string;
  /** `Sunday 22 November 2026`. */
  longDate(date: string): string;
  /** `Sun 22`, of an instant in a zone. */
  dayShort(instant: number, zone: string): string;
  /** `Nov`. */
  month(date: string): string;
  /** `Su`. */
  weekday(date: string): string;
  /** `4 s ago`. */
  ago(instant: string | number, now: number): string;
}

export function formatsOf(language: Language): Formats {
  const locale = LOCALES[language];
  const whole = new Intl.NumberFormat(locale);
  const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const near = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const zones = new Map<string, Intl.DateTimeFormat>();
  const utc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  const [dayMonth, dayMonthYear] = [
    utc({ day: 'numeric', month: 'long' }),
    utc({ day: 'numeric', month: 'long', year: 'numeric' }),
  ];
  const [short, shortYear] = [utc({ day: 'numeric', month: 'short' }), utc({ day: 'numeric', month: 'short', year: 'numeric' })];
  const long = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const [month, weekday] = [utc({ month: 'short' }), utc({ weekday: 'short' })];

  const clock: Formats['clock'] = (instant, zone, seconds = false) => {
    const key = `${zone} ${seconds}`;
    let format = zones.get(key);
    if (format === undefined) {
      const precision = seconds ? ({ second: '2-digit' } as const) : {};
      format = new Intl.DateTimeFormat(locale, {
        ...{ timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
        ...precision,
      });
      zones.set(key, format);
    }
    return format.format(new Date(instant));
  };
  const duration = (ms: number): string =>
    durationParts(ms, (seconds) => (seconds < 10 ? tenth : whole).format(seconds), language);

  return {
    duration,
    clock,
    number: (value) => whole.format(value),
    percent: (share) => percent.format(Math.floor(share * 100) / 100),
    when(instant, zone, now, seconds = false) {
      const date = dateIn(instant, zone);
      const today = dateIn(now, zone);
      const away = Math.round((utcOf(date) - utcOf(today)) / DAY);
      const day =
        Math.abs(away) <= 1 ? near.format(away, 'day') : (sameYear(date, today) ? short : shortYear).format(utcOf(date));
      return `${day} ${clock(instant, zone, seconds)}`;
    },
    date: (date, today) => (sameYear(date, today) ? dayMonth : dayMonthYear).format(utcOf(date)),
    longDate: (date) => long.format(utcOf(date)),
    dayShort: (instant, zone) => {
      const date = dateIn(instant, zone);
      return `${weekday.format(utcOf(date)).replace('.', '')} ${Number(date.slice(6))}`;
    },
    month: (date) => month.format(utcOf(date)).replace('.', ''),
    weekday: (date) => weekday.format(utcOf(date)).slice(0, 2),
    ago: (instant, now) => agoText(duration(Math.max(0, now - new Date(instant).getTime())), language),
  };
}

/** The local date `YYYYMMDD` of an instant in a zone. */
export function dateIn(instant: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const [day = '', month = '', year = ''] = parts.format(new Date(instant)).split('/');
  return `${year}${month}${day}`;
}

/** Midnight UTC of a date `YYYYMMDD`, in epoch milliseconds: for formats, never for slots. */
export function utcOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8)));
}

const sameYear = (date: string, other: string): boolean => date.slice(0, 4) === other.slice(0, 4);

const agoText = (duration: string, language: Language): string => (language === 'fr' ? `il y a ${duration}` : `${duration} ago`);

function durationParts(ms: number, seconds: (value: number) => string, language: Language): string {
  const day = language === 'fr' ? 'j' : 'd';
  const total = ms / 1_000;
  // Rounded before it is cut into parts: 59.96 s is a minute, not 60 s.
  if (ms > 0 && total < 0.1) return `${Math.round(ms)}\u00a0ms`;
  if (total < 9.95) return `${seconds(Math.round(total * 10) / 10)}\u00a0s`;
  const whole = Math.round(total);
  if (whole < 60) return `${seconds(whole)}\u00a0s`;
  if (whole < 600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  if (minutes < 24 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(total / 3_600);
  return joined(Math.floor(hours / 24), day, hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}\u00a0${largeUnit}` : `${large}\u00a0${largeUnit} ${small}\u00a0${smallUnit}`;
}
