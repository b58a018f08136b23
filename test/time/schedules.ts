/** Schedules of all forms, at random. */
import fc from 'fast-check';
import { dateOf } from '../../src/time/dates.js';
import { DAY_MS } from '../../src/time/days.js';
import { clock } from '../../src/time/sentence.js';
import { instantText } from '../../src/time/zones.js';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const SHORT = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const whole = (min: number, max: number) => fc.integer({ min, max });
/** Clocks are changed at night: times there are worth more. */
export const timeOfDay = fc.oneof(whole(0, 1_439), whole(0, 209), whole(1_380, 1_439)).map(clock);
const weekdays = fc.oneof(
  fc.constantFrom(...WEEKDAYS),
  fc.uniqueArray(fc.constantFrom(...SHORT), { minLength: 1, maxLength: 4 }),
);

const values = (least: number, most: number) => {
  const one = whole(least, most);
  return fc.oneof(
    { weight: 3, arbitrary: one.map(String) },
    { weight: 2, arbitrary: fc.uniqueArray(one, { minLength: 2, maxLength: 4 }).map((list) => list.join(',')) },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`) },
    { weight: 1, arbitrary: fc.tuple(one, whole(2, Math.max(2, most - least))).map(([a, step]) => `${a}/${step}`) },
    { weight: 1, arbitrary: whole(2, most - least).map((step) => `*/${step}`) },
  );
};
const starOr = (field: fc.Arbitrary<string>, star: number) =>
  fc.oneof({ weight: star, arbitrary: fc.constant('*') }, { weight: 2, arbitrary: field });
const days = fc.oneof({ weight: 3, arbitrary: values(1, 28) }, { weight: 1, arbitrary: fc.constantFrom('L', '15,L', '1,31') });
const cronWeekdays = fc.oneof(
  { weight: 3, arbitrary: values(0, 6) },
  { weight: 1, arbitrary: fc.constantFrom('5#2', 'FRIL', '1,5#1', 'SUN#5,3L', 'fri-mon', 'SUN#L', '7') },
);
export const cronLine = fc
  .tuple(starOr(values(0, 59), 0), starOr(values(0, 23), 1), starOr(days, 3), starOr(values(1, 12), 8), starOr(cronWeekdays, 3))
  .map((fields) => fields.join(' '));

const minutes = (...choices: number[]) => fc.constantFrom(...choices).map((n) => `${n} minutes`);
const every = fc.oneof(
  fc.record({ every: minutes(7, 30, 45, 90, 100, 240, 1_440, 2_880, 10_000) }),
  fc.record({ every: minutes(30, 90, 720, 1_000), offset: minutes(0, 1, 7, 29) }),
);
const businessHours = fc
  .record({
    days: fc.oneof(fc.constant('weekdays'), weekdays),
    ends: fc.tuple(timeOfDay, timeOfDay),
    every: minutes(15, 30, 45, 60, 95),
  })
  .map(({ ends, ...rest }) => {
    const [from, to] = [...ends].sort();
    return { ...rest, from, to };
  });

const YEAR_2025 = Date.UTC(2025, 0, 1);
const date = whole(0, 1_000).map((n) => dateOf(YEAR_2025 / DAY_MS + n));
const instant = fc
  .tuple(whole(0, 1_000), whole(0, 1_439))
  .map(([day, minute]) => instantText(YEAR_2025 + day * DAY_MS + minute * 60_000));

/** Forms with plain times, as authors write them. */
export const form: fc.Arbitrary<object> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ cron: cronLine }) },
  fc.record({ daily: timeOfDay }),
  fc.record({ weekly: fc.record({ on: weekdays, at: timeOfDay }) }),
  fc.record({ monthly: fc.record({ day: fc.oneof(whole(1, 31), fc.constant('last')), at: timeOfDay }) }),
  fc.record({ monthly: fc.record({ day: whole(28, 31), at: timeOfDay, shortMonth: fc.constantFrom('clamp', 'skip') }) }),
  fc.record({ yearly: fc.record({ month: whole(1, 12), day: whole(1, 29), at: timeOfDay }) }),
  fc.record({ hourly: fc.record({ minute: whole(0, 59) }) }),
  every,
  fc.record({ businessHours }),
  fc.record({ at: fc.array(instant, { minLength: 1, maxLength: 6 }) }),
);

/** Wide enough that every form has a slot left: two years, less some dates. */
const limits = fc.record(
  {
    from: fc.constantFrom('2025-01-01', '2025-03-30', '2025-06-30T22:30:00Z'),
    until: fc.constantFrom('2030-12-31', '2030-10-27', '2030-06-15T01:30:00Z'),
    except: fc.array(
      fc.oneof(
        date,
        date.map((first) => `${first}..${dateOf(Number(first) > 0 ? dayAfter(first) : 0)}`),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  },
  { requiredKeys: [] },
);

function dayAfter(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)) + 2) / DAY_MS;
}

export const schedule: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: form },
  { weight: 3, arbitrary: fc.tuple(form, limits).map(([one, around]) => ({ ...one, ...around })) },
  { weight: 1, arbitrary: fc.array(form, { minLength: 2, maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(form, { minLength: 2, maxLength: 3 }), limits)
      .map(([list, around]) => list.map((one) => ({ ...one, ...around }))),
  },
);

/** Zones with every kind of clock change, the plain ones too. */
export const zone = fc.constantFrom(
  ...['UTC', 'Europe/Paris', 'America/New_York', 'America/Havana', 'America/Santiago', 'America/Nuuk', 'Africa/Casablanca'],
  ...['Africa/Cairo', 'Asia/Beirut', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Australia/Sydney', 'Antarctica/Troll'],
  ...['Pacific/Apia', 'Pacific/Chatham', 'America/St_Johns', 'Asia/Kathmandu', 'America/Scoresbysund', 'Pacific/Kiritimati'],
);
