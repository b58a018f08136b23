/** Folds many days and times of day into few calendars, in UTC. */
import { calendar, type CalendarDays, type CalendarSpec, type CalendarTimes } from './calendars.js';
import { civilDay, dayNumber, lengthOfMonth, weekdayOf } from './days.js';

/** Seconds after midnight, and the days by number that have them all; both sorted. */
export interface DayGroup {
  times: number[];
  days: number[];
}

/** The calendars that name just these days with these times. */
export function foldedCalendars({ times, days }: DayGroup): CalendarSpec[] {
  const boxes = foldedTimes(times);
  return foldedDays(days).flatMap((dates) => boxes.map((box) => calendar(dates, box)));
}

/** Times of a day as hours that share their minutes, of minutes that share their seconds. */
function foldedTimes(times: readonly number[]): CalendarTimes[] {
  const secondsOf = new Map<number, number[]>();
  for (const time of times) listIn(secondsOf, Math.floor(time / 60)).push(time % 60);
  const minutesOf = new Map<string, number[]>();
  for (const [minute, seconds] of secondsOf) listIn(minutesOf, `${Math.floor(minute / 60)}:${seconds.join()}`).push(minute % 60);
  const hoursOf = new Map<string, number[]>();
  for (const [key, minutes] of minutesOf) {
    const [hour, seconds] = key.split(':') as [string, string];
    listIn(hoursOf, `${minutes.join()}:${seconds}`).push(Number(hour));
  }
  return [...hoursOf].map(([key, hours]) => {
    const [minutes, seconds] = key.split(':').map((list) => list.split(',').map(Number)) as [number[], number[]];
    return { hours, minutes, seconds };
  });
}

/** Days as days of months, without a word of weekdays. */
export function foldedDates(days: readonly number[]): CalendarDays[] {
  return foldedBy(days, listedDays);
}

/** Listed days fold well where they keep their place in the month, weekdays where they keep it in the week: the shorter is taken. */
function foldedDays(days: readonly number[]): CalendarDays[] {
  const listed = foldedDates(days);
  const weekly = foldedBy(days, weeklyDays);
  return weekly.length < listed.length ? weekly : listed;
}

type MonthDays = Pick<CalendarDays, 'days' | 'weekdays'>;

/** Months that have the same days in the same years become one calendar. */
function foldedBy(days: readonly number[], describe: (days: number[], year: number, month: number) => MonthDays): CalendarDays[] {
  const byMonth = new Map<number, number[]>();
  for (const number of days) {
    const { year, month, day } = civilDay(number);
    listIn(byMonth, year * 12 + month - 1).push(day);
  }
  const described = new Map<string, MonthDays>();
  const yearsOf = new Map<string, number[]>();
  for (const [index, list] of byMonth) {
    const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
    const monthDays = describe(list, year, month);
    const key = JSON.stringify(monthDays);
    described.set(key, monthDays);
    listIn(yearsOf, `${month}|${key}`).push(year);
  }
  const monthsOf = new Map<string, number[]>();
  for (const [key, years] of yearsOf) {
    const [month, description] = key.split('|') as [string, string];
    listIn(monthsOf, `${years.join()}|${description}`).push(Number(month));
  }
  return [...monthsOf].map(([key, months]) => {
    const [years, description] = key.split('|') as [string, string];
    return {
      ...described.get(description)!,
      months: months.length === 12 ? null : months.sort((a, b) => a - b),
      years: years.split(',').map(Number),
    };
  });
}

function listedDays(days: number[], year: number, month: number): MonthDays {
  return { days: days.length === lengthOfMonth(year, month) ? null : days, weekdays: null };
}

/**
 * The days as those of a stretch of the month that fall on certain weekdays. The stretch is as long as it can be, so that
 * months with the same weekdays look alike; days with holes between them are listed.
 */
function weeklyDays(days: number[], year: number, month: number): MonthDays {
  const start = dayNumber(year, month, 1) - 1;
  const weekdays = [...new Set(days.map((day) => weekdayOf(start + day)))].sort((a, b) => a - b);
  const isNamed = new Set(days);
  const others: number[] = [];
  for (let day = 1; day <= lengthOfMonth(year, month); day++)
    if (!isNamed.has(day) && weekdays.includes(weekdayOf(start + day))) others.push(day);
  const first = (others.filter((day) => day < days[0]!).at(-1) ?? 0) + 1;
  const last = (others.find((day) => day > days.at(-1)!) ?? 32) - 1;
  if (others.some((day) => day > first && day < last)) return listedDays(days, year, month);
  const stretch = first === 1 && last === 31 ? null : Array.from({ length: last - first + 1 }, (_, n) => first + n);
  return { days: stretch, weekdays: weekdays.length === 7 ? null : weekdays };
}

function listIn<K>(lists: Map<K, number[]>, key: K): number[] {
  let list = lists.get(key);
  if (!list) lists.set(key, (list = []));
  return list;
}
