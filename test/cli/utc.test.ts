/** In a file of its own: `--utc` holds for the whole process. */
import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listLines } from '../../src/cli/at/list.js';
import { scheduledText } from '../../src/cli/commands/at.js';
import { slotLines } from '../../src/cli/commands/next.js';
import { LogPrinter } from '../../src/cli/log-lines.js';
import { orderText } from '../../src/cli/orders/text.js';
import { Output } from '../../src/cli/output.js';
import { previewLines } from '../../src/cli/preview/lines.js';
import { clockText, showUtc, shownZone, whenText, whenTextWithZone } from '../../src/control/when-text.js';
import { nextDue, readSpec } from '../../src/control/preview-request.js';
import { when } from '../../src/control/why-words.js';

const ZONE = 'Europe/Paris';
const INSTANT = '2026-02-03T23:30:00Z';
const now = Date.parse('2026-02-03T22:30:00Z');

/** Each kind of screen that shows instants, in short. */
const screens: Record<string, () => string> = {
  preview: () => {
    const compiled = readSpec({ daily: '06:00' }, ZONE);
    const slots = nextDue(compiled, now, 2);
    return previewLines(compiled, slots, now, slots.at(-1)!.at).slice(1).join('\n');
  },
  next: () => {
    const slot = { date: '20260204', runKey: '20260204', scheduledFor: INSTANT };
    const of = { id: 'a', sentence: 'once', timezone: ZONE, state: 'active' as const, note: null, missed: [], runsOutAt: null };
    return slotLines(
      [
        { ...of, slots: [slot] },
        { ...of, timezone: 'Asia/Tokyo', slots: [slot] },
      ],
      'Asia/Tokyo',
      now,
      100,
    ).join('\n');
  },
  at: () => {
    const wish = { id: 'one', at: INSTANT, kind: 'task' as const, target: 'task_mail', params: {} };
    return scheduledText(wish as never, { id: 'one', run: 'task_mail:at-one', outcome: 'scheduled' } as never, ZONE, now);
  },
  'at list': () => {
    const view = { id: 'one', at: INSTANT, target: 'task_mail', state: 'waiting', held: null, run: 'task_mail:at-one' };
    return ['Europe/Berlin', ZONE]
      .map((timezone) => listLines([view as never], { project: { timezone }, zoneOf: () => ZONE, now, width: 100 })[1])
      .join('\n');
  },
  hold: () => {
    const done = { order: 'hold', outcome: 'done', workflowId: 'a:20260203', until: INSTANT };
    return orderText(done as never, { zone: ZONE, chain: true, now });
  },
  why: () => when(INSTANT, { timezone: ZONE, now }),
  logs: () => {
    const [stream, rest] = [new PassThrough(), new PassThrough()];
    const printer = new LogPrinter({ out: new Output(stream, rest, false, false), zone: ZONE, nameWidth: 0 });
    printer.print({ at: '2026-02-03T23:30:05.123Z', level: 'info', message: 'hello', fields: {}, attempt: 1 } as never);
    return String(stream.read());
  },
};

it('shows times in UTC, marked as such, once that is asked for', () => {
  expect(whenText(INSTANT, ZONE, now)).toBe('tomorrow 00:30');
  expect(whenTextWithZone(INSTANT, ZONE, now)).toBe('tomorrow 00:30 Europe/Paris');
  const before = Object.entries(screens).map(([name, screen]) => [name, screen()] as const);
  for (const [name, text] of before) {
    expect(text, name).toMatch(/Paris|LOCAL|2026-02-04/);
    expect(text, name).not.toMatch(/23:30Z|23:30:05/);
  }

  showUtc();
  expect(whenText(INSTANT, ZONE, now)).toBe('today 23:30Z');
  expect(whenTextWithZone(INSTANT, ZONE, now)).toBe('today 23:30Z');
  expect(clockText('2026-02-03T23:30:05Z', ZONE, true)).toBe('23:30:05Z');
  expect(shownZone(ZONE)).toBe('UTC');
  for (const [name, screen] of Object.entries(screens)) {
    expect(screen(), name).not.toMatch(/Paris|Tokyo|LOCAL|00:30|06:00/);
    expect(screen(), name).toMatch(/23:30Z|23:30:05\.?\d*Z?|05:00:00Z/);
  }
  expect(screens.logs!()).toMatch(/^2026-02-03\n/);
});

/** Files that may write a local time by themselves, and why. */
const LOCAL_TIMES: Record<string, string> = {
  'src/control/when-text.ts': 'this is where it is decided',
  'src/control/preview-request.ts': 'the key `local` of JSON, which says both the local time and its offset',
  'src/cli/commands/next.ts': 'the key `local` of JSON',
  'src/cli/commands/at.ts': 'the key `local` of JSON',
};

it('leaves no other place where an instant becomes a local time, or stands beside a zone', () => {
  for (const folder of ['src/cli', 'src/control']) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
      const file = join(folder, name);
      const text = readFileSync(file, 'utf8');
      if (!(file in LOCAL_TIMES)) expect(text, file).not.toMatch(/localInstantText\(|DateTimeFormat\([^)]|toLocale(?:Time|Date)/);
      expect(text, file).not.toMatch(/\b(?:whenText|clockText)\([^`]*\)\} \$\{(?:zone|timezone|\w+\.timezone)\}/);
    }
  }
});
