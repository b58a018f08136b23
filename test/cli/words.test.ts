import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findProjectDir } from '../../src/session/project-dir.js';
import { readDate, readParams, readRun } from '../../src/control/run-words.js';
import { clipped, labelled, shortened, table, widthOf, wrapped } from '../../src/cli/table.js';
import { dayText, whenText } from '../../src/control/when-text.js';

const PARIS = () => 'Europe/Paris';
/** 00:30 on 3 February in Paris; still the 2nd in UTC. */
const NOW = Date.parse('2026-02-02T23:30:00Z');

describe('a run on the command line', () => {
  it.each([
    [['daily-chain:20260203'], 'daily-chain:20260203'],
    [['daily-chain:2026-02-03'], 'daily-chain:20260203'],
    [['daily-chain', '2026-02-03'], 'daily-chain:20260203'],
    [['daily-chain', 'today'], 'daily-chain:20260203'],
    [['daily-chain', 'yesterday'], 'daily-chain:20260202'],
    [['daily-chain:yesterday'], 'daily-chain:20260202'],
    [['hourly', '20260203T051500Z'], 'hourly:20260203T051500Z'],
    [['daily-chain-2026-02-03T05:00:00Z'], 'daily-chain-2026-02-03T05:00:00Z'],
    [['at:my-shot'], 'at:my-shot'],
  ])('%j is %s', (words, expected) => {
    expect(readRun(words, PARIS, NOW)).toBe(expected);
  });

  it('must name a date, and says how', () => {
    expect(() => readRun(['daily-chain'], PARIS, NOW)).toThrow(
      'Which run of daily-chain? Name its date too: daily-chain:20260203',
    );
  });

  it('refuses dates that do not exist', () => {
    expect(() => readRun(['daily-chain', '20260230'], PARIS, NOW)).toThrow('2026-02 has the days 01 to 28');
    expect(() => readDate('tomorow', 'UTC', NOW)).toThrow('write it as 20260203 or 2026-02-03, or today, yesterday, tomorrow');
  });
});

describe('params on the command line', () => {
  it('are a JSON object', () => {
    expect(readParams('{"limit": 10}')).toEqual({ limit: 10 });
    expect(() => readParams('[1]')).toThrow('expected an object');
    expect(() => readParams('{limit: 10}')).toThrow('--params is no JSON');
  });
});

describe('times', () => {
  it('are told by the day they are near, in the zone', () => {
    const at = (instant: string) => whenText(instant, 'Europe/Paris', NOW);
    expect(at('2026-02-03T05:00:00Z')).toBe('today 06:00');
    expect(at('2026-02-02T22:59:00Z')).toBe('yesterday 23:59');
    expect(at('2026-02-04T05:00:00Z')).toBe('tomorrow 06:00');
    expect(at('2026-11-01T04:00:00Z')).toBe('1 Nov 05:00');
    expect(at('2025-11-01T04:00:00Z')).toBe('1 Nov 2025 05:00');
    expect(dayText('20260203', '20260203')).toBe('today');
  });
});

describe('texts that fit', () => {
  it('stand in columns, whatever colours they have', () => {
    expect(
      table([
        ['A', 'B'],
        ['\u001b[31mlong\u001b[39m', 'x'],
      ]),
    ).toEqual(['A      B', '\u001b[31mlong\u001b[39m   x']);
    expect(widthOf('\u001b[31m✓ ok\u001b[39m')).toBe(4);
  });

  it('are cut in the middle, or at the end where they are sentences', () => {
    expect(shortened('abcdefghij', 7)).toBe('abc…hij');
    expect(shortened('abc', 7)).toBe('abc');
    expect(clipped('abcdefghij', 7)).toBe('abcdef…');
  });

  it('are broken between words, under their label', () => {
    expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapped('  one  two three', 10)).toEqual(['  one  two', '  three']);
    expect(labelled('why', 'one two three four five', { labelWidth: 5, width: 27 })).toEqual([
      '  why  one two three four',
      '       five',
    ]);
  });
});

describe('the project a command means', () => {
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  const folder = (files: Record<string, string>) => {
    const root = mkdtempSync(join(tmpdir(), 'daychain dir '));
    dirs.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };

  it('is the nearest one upward', () => {
    const root = folder({ 'jobs/chains/a.js': '', 'jobs/lib/deep/x.txt': '' });
    expect(findProjectDir(undefined, join(root, 'jobs/lib/deep'))).toBe(join(root, 'jobs'));
  });

  it('is the one that package.json names, where none is nearer', () => {
    const root = folder({
      'package.json': '{"daychain":{"project":"examples/one"}}',
      'examples/one/tasks/a.js': '',
      'src/x.txt': '',
    });
    expect(findProjectDir(undefined, join(root, 'src'))).toBe(join(root, 'examples/one'));
    expect(findProjectDir('.', root)).toBe(join(root, 'examples/one'));
  });

  it('is the one that package.json names also in a folder whose name would make a project of the one above', () => {
    const root = folder({
      'chains/package.json': '{"daychain":{"project":"examples/one"}}',
      'chains/eslint.config.js': '',
      'chains/examples/one/tasks/a.js': '',
    });
    expect(findProjectDir(undefined, join(root, 'chains'))).toBe(join(root, 'chains/examples/one'));
  });

  it('is said to be missing, with what to do', () => {
    const root = folder({ 'x.txt': '', 'tasks/readme.md': '' });
    expect(() => findProjectDir(undefined, root)).toThrow('Name one: --project DIR');
    expect(() => findProjectDir('nowhere', root)).toThrow('there is no folder');
  });
});
