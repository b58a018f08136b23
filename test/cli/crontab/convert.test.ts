import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertCrontab } from '../../../src/cli/crontab/convert.js';
import { namesUsers, readCrontab } from '../../../src/cli/crontab/read.js';
import { slotsOf } from '../../../src/control/preview-request.js';
import { compileSchedule } from '../../../src/time/schedule.js';
import { vixieMinutes } from './vixie.js';

const OPTIONS = { timezone: 'UTC', projectTimezone: 'UTC', taken: [], known: new Map<string, string>(), ending: 'ts' } as const;

function convert(text: string, system = false) {
  return convertCrontab(readCrontab(text, { system }), OPTIONS);
}

function only(text: string, system = false) {
  const { chains } = convert(text, system);
  expect(chains).toHaveLength(1);
  return chains[0]!;
}

describe('a line of a crontab', () => {
  it.each([
    ['0 3 * * * /usr/local/bin/backup.sh --all', 'backup', ['/bin/sh', '-c', 'cd && /usr/local/bin/backup.sh --all']],
    ['@daily backup', 'backup', ['/bin/sh', '-c', 'cd && backup']],
    ['  5   4\t* * sun   echo sunday', 'echo', ['/bin/sh', '-c', 'cd && echo sunday']],
    [
      '*/5 * * * * cd /app && ./manage.py clearsessions >> /var/log/x 2>&1',
      'manage-clearsessions',
      ['/bin/sh', '-c', 'cd && cd /app && ./manage.py clearsessions >> /var/log/x 2>&1'],
    ],
    ['0 1 * * * php /srv/artisan schedule:run', 'artisan-schedule-run', ['/bin/sh', '-c', 'cd && php /srv/artisan schedule:run']],
    ['0 1 * * * date +\\%F', 'date', ['/bin/sh', '-c', 'cd && date +%F']],
    [
      '0 1 * * * mail -s hello bob%Dear Bob%bye',
      'mail',
      ['/bin/sh', '-c', 'printf \'%s\\n\' "$1" | { cd && mail -s hello bob\n}', 'sh', 'Dear Bob\nbye'],
    ],
    [
      'SHELL=/bin/bash\nPATH = "/opt/bin:/usr/bin"\n0 1 * * * run-it',
      'run-it',
      ['/usr/bin/env', 'PATH=/opt/bin:/usr/bin', '/bin/bash', '-c', 'cd && run-it'],
    ],
    ["0 1 * * * awk '{print}' x", 'awk', ['/bin/sh', '-c', 'eval "set --; $1$2"', 'sh', "cd && awk '{", "print}' x"]],
    [
      '0 1 * * * flock -n /tmp/x.lock /opt/sync_all.py',
      'sync_all',
      ['/bin/sh', '-c', 'cd && flock -n /tmp/x.lock /opt/sync_all.py'],
    ],
  ])('%s', (text, id, argv) => {
    expect(only(text)).toMatchObject({ id, argv });
  });

  it('names a user in a system crontab', () => {
    const chain = only('17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly', true);
    expect(chain.argv).toEqual(['/bin/sh', '-c', 'cd && cd / && run-parts --report /etc/cron.hourly']);
    expect(chain.notes).toEqual(["ran as root; here it runs as the worker's user"]);
  });

  it('is known for naming a user only where that is certain', () => {
    const users = new Set(['root', 'mail', 'www-data']);
    expect(namesUsers('0 1 * * * root /bin/a\n0 2 * * * www-data b', users)).toBe(true);
    expect(namesUsers('0 1 * * * mail -s x y', users)).toBe(false);
    expect(namesUsers('0 1 * * * root /bin/a\n0 2 * * * /bin/b c', users)).toBe(false);
    expect(namesUsers('# nothing', users)).toBe(false);
  });

  it('carries the comment above it, its zone, and variables only from above', () => {
    const { chains } = convert('# Nightly\n# backup\nCRON_TZ=Europe/Paris\n# of all\n0 3 * * * a\nX=1\n0 4 * * * b');
    expect(chains.map(({ timezone, argv }) => [timezone, argv[0]])).toEqual([
      ['Europe/Paris', '/bin/sh'],
      ['Europe/Paris', '/usr/bin/env'],
    ]);
    expect(chains[0]!.content).toContain("summary: 'of all'");
    expect(chains[0]!.content).toContain("timezone: 'Europe/Paris'");
  });

  it.each([
    ['@reboot /bin/x', 'names no time'],
    ['0 0 * * * ', 'neither five fields and a command'],
    ['#0 3 * * * /bin/x', 'switched off'],
    ['MAILTO=ops@example.org', 'not mailed'],
    ['DB_PASSWORD=hunter2', 'put it into .env'],
    ['0 0 30 2 * x', 'never occurs'],
    ['50-10 * * * * x', 'runs backwards'],
    ['CRON_TZ=Nowhere/City\n0 3 * * * x', 'Nowhere/City'],
    ['complete nonsense', 'cron would not read it either'],
  ])('%s is not taken over, in words', (text, why) => {
    const { lines, chains } = convert(text);
    expect(chains).toEqual([]);
    const last = lines.at(-1)!.fate;
    expect(last.fate === 'not_taken' && last.why).toContain(why);
  });

  it('keeps a secret out of the files', () => {
    const { chains } = convert('DB_PASSWORD=hunter2\nA=b\n0 3 * * * x');
    expect(chains[0]!.content).not.toContain('hunter2');
    expect(chains[0]!.content).toContain('A=b');
  });

  it('has an id of its own, apart from tasks and chains that are there', () => {
    const lines = readCrontab('0 1 * * * x.sh\n0 2 * * * x.sh\n0 3 * * * at\n0 4 * * * "$HOME"/bin/x', { system: false });
    const { chains } = convertCrontab(lines, { ...OPTIONS, taken: ['x'] });
    expect(chains.map(({ id }) => id)).toEqual(['x-2', 'x-3', 'at-job', 'x-4']);
  });

  it('is passed over where an earlier import has it', () => {
    const known = new Map([['0 1 * * * x.sh', 'chains/x.ts']]);
    const { lines } = convertCrontab(readCrontab('0  1 * * * x.sh', { system: false }), { ...OPTIONS, known });
    expect(lines[0]!.fate).toEqual({ fate: 'already', file: 'chains/x.ts' });
  });
});

describe('any crontab', () => {
  const piece = fc.constantFrom(
    '*',
    '0',
    '7',
    '*/5',
    '1-5',
    'mon',
    '@daily',
    '@reboot',
    '#',
    'X=1',
    'MAILTO=a@b',
    '%',
    '\\%',
    '{print}',
    "it's",
    '"',
    'root',
    '$HOME',
    '&&',
    'é',
    '\t',
    'CRON_TZ=Europe/Paris',
    '\\',
  );
  const line = fc.oneof(
    fc.array(piece, { maxLength: 9 }).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('0 3 * * *', '*/7 6-23 * * 1-5', '@weekly'), fc.string()).map(([when, rest]) => `${when} ${rest}`),
    fc.string(),
  );

  it('has every line accounted for exactly once, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), fc.constantFrom('\n', '\r\n'), (lines, system, end) => {
        const text = lines.map((one) => one.replaceAll(/[\r\n]/g, '')).join(end);
        const expected = text.split('\n').map((one) => one.replace(/\r$/, ''));
        if (expected.at(-1) === '') expected.pop();
        const { lines: found, chains } = convert(text, system);
        expect(found.map((one) => one.line.text)).toEqual(expected);
        expect(found.map((one) => one.line.number)).toEqual(expected.map((_, at) => at + 1));
        const named = found.flatMap(({ fate }) => (fate.fate === 'chain' ? [fate.chain] : []));
        expect(named).toEqual(chains.map(({ id }) => id));
        expect(new Set(chains.flatMap(({ id, task }) => [id, task])).size).toBe(2 * chains.length);
        for (const {
          line: { kind },
          fate,
        } of found)
          if (kind === 'job') expect(['chain', 'not_taken']).toContain(fate.fate);
      }),
      { numRuns: 500 },
    );
  });
});

describe('times', () => {
  it.each([
    '*/5 * * * *',
    '0 * * * *',
    '17 * * * *',
    '25 6 * * *',
    '47 6 * * 7',
    '52 6 1 * *',
    '*/7 6-23 * * *',
    '0 9-17 * * 1-5',
    '30 4 1,15 * 5',
    '0 0 */2 * *',
    '0 0 * * */2',
    '0 0 */2 * 1',
    '5 4 * * sun',
    '0 22 * * 1-5',
    '23 0-23/2 * * *',
    '0 0,12 1 */2 *',
    '0 4 8-14 * *',
    '15 14 1 * *',
    '0 0 1 1 *',
    '59 23 31 12 5',
    '0 3 * jan,jul 6',
    '@hourly',
    '@daily',
    '@weekly',
    '@monthly',
    '1-59/2 * * * *',
    '0 0 29 2 *',
    '*/90 * * * *',
    '0 */30 * * *',
    '0 5 */40 * 1',
    '0 0 13 * 5',
    '*/15 8-18 * * mon-fri',
  ])('of %s are those of Vixie cron', (when) => {
    const { cron } = only(`${when} x`);
    const { compiled } = compileSchedule({ cron }, 'UTC');
    const from = Date.UTC(2027, 11, 1);
    const to = Date.UTC(2028, 2, 5);
    expect(slotsOf(compiled!, from, to).map(({ at }) => at)).toEqual(vixieMinutes(when, from, to));
  });
});
