import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCron } from '../../src/time/cron.js';
import type { Moments } from '../../src/time/moments.js';
import { sentenceOf } from '../../src/time/sentence.js';

function moments(line: string): Moments[] {
  const cron = parseCron(line);
  expect(cron.problems).toEqual([]);
  return cron.moments!;
}
function weekdays(field: string): number[] | null {
  return moments(`0 0 * * ${field}`)[0]!.weekdays;
}

describe('a cron line', () => {
  test.each([
    ['0', [0]],
    ['7', [0]],
    ['0,7', [0]],
    ['5-7', [0, 5, 6]],
    ['0-7', null],
    ['*', null],
    ['1-5', [1, 2, 3, 4, 5]],
    ['mon-FRI', [1, 2, 3, 4, 5]],
    ['Sat,sUn', [0, 6]],
    ['FRI-MON', [0, 1, 5, 6]],
    ['wed-sun', [0, 3, 4, 5, 6]],
    ['*/2', [0, 2, 4, 6]],
    ['1/2', [1, 3, 5]],
  ])('reads the weekdays %s', (field, days) => expect(weekdays(field)).toEqual(days));

  test.each([
    ['*/20 * * * *', [0, 20, 40]],
    ['5/20 * * * *', [5, 25, 45]],
    ['10-30/10 * * * *', [10, 20, 30]],
    ['1,3,2,3 * * * *', [1, 2, 3]],
    ['*/7,5 * * * *', [0, 5, 7, 14, 21, 28, 35, 42, 49, 56]],
  ])('reads the minutes of %s', (line, minutes) => expect(moments(line)[0]!.minutes).toEqual(minutes));

  test.each([
    ['@hourly', '0 * * * *'],
    ['@DAILY', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@Weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['  0   6 *\t* * ', '0 6 * * *'],
    ['0 6 * jan,DEC *', '0 6 * 1,12 *'],
  ])('%j means %s', (line, same) => expect(moments(line)).toEqual(moments(same)));

  test('with both day fields restricted means either of them', () => {
    expect(moments('0 9 1,15 * 1')).toEqual([
      { minutes: [0], hours: [9], months: null, days: [1, 15], weekdays: null, nth: null },
      { minutes: [0], hours: [9], months: null, days: null, weekdays: [1], nth: null },
    ]);
  });
  test('with a day field that begins with a star means both of them', () => {
    expect(moments('0 9 */10 * 1')).toEqual([
      { minutes: [0], hours: [9], months: null, days: [1, 11, 21, 31], weekdays: [1], nth: null },
    ]);
    expect(moments('0 9 13 * */5')).toEqual([
      { minutes: [0], hours: [9], months: null, days: [13], weekdays: [0, 5], nth: null },
    ]);
  });
  test('with a day field that names all days without a star means every day', () => {
    expect(moments('0 9 1-31 * 1')).toEqual([{ minutes: [0], hours: [9], months: null, days: null, weekdays: null, nth: null }]);
  });
  test('that never occurs on one side of an either-or keeps the other', () => {
    expect(moments('0 9 30 2 1')).toEqual([{ minutes: [0], hours: [9], months: [2], days: null, weekdays: [1], nth: null }]);
  });
});

describe('days that move within the month', () => {
  const days = (line: string) => moments(line).map(({ days, weekdays, nth }) => ({ days, weekdays, nth }));
  test.each(['5L', 'L5', 'FRIL', 'fri#l', '5#L', 'lfri'])('%s is the last Friday', (field) => {
    expect(days(`0 0 * * ${field}`)).toEqual([{ days: null, weekdays: [5], nth: [-1] }]);
  });
  test.each(['7#2', '0#2', 'SUN#2'])('%s is the second Sunday', (field) => {
    expect(days(`0 0 * * ${field}`)).toEqual([{ days: null, weekdays: [0], nth: [2] }]);
  });
  test('stand beside plain ones, each an alternative', () => {
    expect(days('0 0 1,L * 1,5#2,3L')).toEqual([
      { days: [-1, 1], weekdays: null, nth: null },
      { days: null, weekdays: [1], nth: null },
      { days: null, weekdays: [5], nth: [2] },
      { days: null, weekdays: [3], nth: [-1] },
    ]);
    expect(days('0 0 */10 * 1,5#2')).toEqual([
      { days: [1, 11, 21, 31], weekdays: [1], nth: null },
      { days: [1, 11, 21, 31], weekdays: [5], nth: [2] },
    ]);
  });
  test('that exist in some years only are no reason to refuse', () => {
    expect(days('0 0 * 2 1#5')).toEqual([{ days: null, weekdays: [1], nth: [5] }]);
    expect(days('0 0 29 2 */7')).toEqual([{ days: [29], weekdays: [0], nth: null }]);
  });
});

describe('what cron here does not read is refused with what to write instead', () => {
  test.each([
    ['', /is empty: write five fields, like "0 6 \* \* \*"/],
    ['0 6 * *', /has four fields; cron has five: minute, hour, day of the month, month, day of the week/],
    ['1 2 3 4 5 6 7 8', /has 8 fields/],
    ['61 * * * *', /^minute 61 is outside 0 to 59$/],
    ['0 24 * * *', /^hour 24 is outside 0 to 23$/],
    ['0 0 0 * *', /^day of the month 0 is outside 1 to 31$/],
    ['0 0 * 13 *', /^month 13 is outside 1 to 12$/],
    ['0 0 * * 8', /^day of the week 8 is outside 0 to 7$/],
    ['0 0 30 2 *', /never occurs/],
    ['0 0 31 4,6,9,11 *', /never occurs/],
    ['22-2 * * * *', /runs backwards: write "22-59,0-2"/],
    ['0 22-2 * * *', /runs backwards: write "22-23,0-2"/],
    ['0 0 * * 5-1', /runs backwards: write "5-6,0-1"/],
    ['*/61 * * * *', /larger than the minute field, which has 60 values/],
    ['*/0 * * * *', /"\/0" is no step/],
    ['1,,2 * * * *', /"" is no minute/],
    ['-5 * * * *', /"-5" is no minute/],
    ['1-2-3 * * * *', /"2-3" is no minute/],
    ['1/2/3 * * * *', /"1\/2\/3" is no minute/],
    ['1.5 * * * *', /"1.5" is no minute/],
    ['0 0 1 Sept *', /"Sept" is too long.*write "sep"/],
    ['0 0 * * monday', /"monday" is too long.*write "mon"/],
    ['0 0 * * mo', /"mo" is no day of the week: write a number from 0 to 7, or sun to sat/],
    ['0 0 ? * *', /"\?" .*write "\*"/],
    ['0 0 15W * *', /nearest working day/],
    ['0 0 15W,1 * *', /nearest working day/],
    ['0 0 LW * *', /nearest working day/],
    ['0 0 L-2 * *', /^"L-2": days before the last are not read; "L" is the last day/],
    ['0 0 25-L * *', /^"25-L": a range cannot end with "L": write "25-31"/],
    ['0 0 L/2 * *', /^"L\/2" is no day of the month: "L" is read as "L" in the days of the month/],
    ['0 0 5L * *', /^"5L" is no day of the month/],
    ['0 0 * * L', /^"L" alone is no day of the week: write "6L" for the last Saturday/],
    ['0 0 * L *', /^"L" is no month: "L" is read only in the fields of days/],
    ['0 0 * * 5#6', /^"5#6": a month has a first to a fifth .* "5#1" to "5#5" or "5#L"/],
    ['0 0 * * 5#0', /"5#0": a month has a first to a fifth/],
    ['0 0 * * 8#1', /^day of the week 8 is outside 0 to 7$/],
    ['0 0 * * friday#1', /"friday" is too long.*write "fri"/],
    ['0 0 * * mon-fri#2', /^"mon-fri#2": "#" stands behind one day of the week/],
    ['0 0 5#2 * *', /^"5#2": "#" .* belongs into the last field, like "fri#2"/],
    ['0 0 * nov-feb *', /runs backwards: write "11-12,1-2"/],
    ['0 0 * * fri-1', /runs backwards: write "5-6,0-1"/],
    ['0 0 * 2 1#5,*#2', /"\*#2": "#" stands behind one day/],
    ['0 0 30,31 2 */2', /never occurs: no year from 2000 to 2100/],
    ['+5 * * * *', /"\+" has no meaning/],
    ['0 6 * * * # nightly', /has a comment: put it into "summary"/],
    ['@every 5m', /"@every" is not cron/],
    ['@reboot', /"@reboot" names no time/],
    ['@dayly', /"@dayly" is no form of cron/],
    ['TZ=UTC 0 6 * * *', /put the zone into "timezone"/],
    ['CRON_TZ=Europe/Paris 0 6 * * *', /put the zone into "timezone"/],
  ])('%j', (line, message) => {
    const { moments: none, problems } = parseCron(line);
    expect(none).toBe(null);
    expect(problems.join('\n')).toMatch(message);
  });

  test('six fields with both readings, neither of them taken', () => {
    expect(parseCron('0 0 6 * * *').problems).toEqual([
      '"0 0 6 * * *" has six fields; cron here has five. Every day at 06:00: "0 6 * * *".\n' +
        'If you meant the 6th of every month at 00:00: "0 0 6 * *".',
    ]);
  });
  test('seven fields with the one reading there is', () => {
    expect(parseCron('0 30 6 * * 1 2026').problems).toEqual([
      '"0 30 6 * * 1 2026" has seven fields; cron here has five. On Monday at 06:30: "30 6 * * 1".',
    ]);
  });
  test('all fields at once', () => {
    expect(parseCron('61 24 * 13 *').problems).toHaveLength(3);
  });
});

test.each([
  ['0 6 * * *', 'every day at 06:00'],
  ['30 6 * * 1-5', 'on Monday to Friday at 06:30'],
  ['0 4 * * sat,sun', 'on Saturday and Sunday at 04:00'],
  ['0 5 1 * *', 'on the 1st of every month at 05:00'],
  ['0 5 2,3,22 1 *', 'on the 2nd, 3rd and 22nd of January at 05:00'],
  ['0 5 * 1-3 *', 'every day in January to March at 05:00'],
  ['0 9 1,15 * 1', 'on the 1st and 15th of every month, and on Monday at 09:00'],
  ['*/7 6-23 * * *', 'every 7 minutes of each hour, hours 6-23'],
  ['5/20 6-23 * * *', 'every 20 minutes from minute 5, hours 6-23'],
  ['0 12 L * *', 'on the last day of every month at 12:00'],
  ['0 12 15,L 2,3 *', 'on the 15th and the last day of February and March at 12:00'],
  ['0 9 * * 5#2', 'on the second Friday of every month at 09:00'],
  ['0 9 * 1-6 FRIL', 'on the last Friday of January to June at 09:00'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['* * * * *', 'every minute'],
  ['15 * * * *', 'every hour at minute 15'],
  ['0 8,12,18 * * *', 'at 08:00, 12:00 and 18:00'],
  ['0 8,12,18 * * 1', 'at 08:00, 12:00 and 18:00, on Monday'],
])('%s is told as "%s"', (line, sentence) => expect(sentenceOf(moments(line))).toBe(sentence));

test('any list of values, ranges and steps names the values it says', () => {
  const range = (least: number, most: number) =>
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const part = (least: number, most: number) =>
    fc.oneof(
      fc.integer({ min: least, max: most }).map((n) => ({ text: `${n}`, has: (v: number) => v === n })),
      range(least, most).map(([a, b]) => ({ text: `${a}-${b}`, has: (v: number) => v >= a && v <= b })),
      fc.tuple(range(least, most), fc.integer({ min: 1, max: most - least })).map(([[a, b], step]) => ({
        text: `${a}-${b}/${step}`,
        has: (v: number) => v >= a && v <= b && (v - a) % step === 0,
      })),
      fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: most - least })).map(([a, step]) => ({
        text: `${a}/${step}`,
        has: (v: number) => v >= a && (v - a) % step === 0,
      })),
    );
  const field = (least: number, most: number) =>
    fc.array(part(least, most), { minLength: 1, maxLength: 4 }).map((parts) => ({
      text: parts.map(({ text }) => text).join(','),
      values: Array.from({ length: most - least + 1 }, (_, i) => i + least).filter((v) => parts.some(({ has }) => has(v))),
    }));
  fc.assert(
    fc.property(field(0, 59), field(0, 23), (minute, hour) => {
      const [only, ...others] = moments(`${minute.text} ${hour.text} * * *`);
      expect(others).toEqual([]);
      expect(only).toEqual({ minutes: minute.values, hours: hour.values, days: null, months: null, weekdays: null, nth: null });
    }),
  );
});

test('any text at all is read or refused, never thrown over', () => {
  const letters = fc.constantFrom(...'0123456789*/-,#LW? @abcdefgJANmon\t');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(letters, { maxLength: 24 }).map((list) => list.join('')),
      ),
      (text) => {
        const { moments: read, problems } = parseCron(text);
        expect(read === null ? problems.length > 0 : problems.length === 0 && read.length > 0).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
