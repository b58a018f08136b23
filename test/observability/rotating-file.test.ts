import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectOf, RotatingFile } from '../../src/observability/rotating-file.js';

let dir: string;
beforeEach(() => (dir = join(mkdtempSync(join(tmpdir(), 'daychain-log-')), 'logs')));
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

const LINE = `${'y'.repeat(99)}\n`;
const filesOf = (project: string) =>
  readdirSync(dir)
    .filter((name) => projectOf(name) === project)
    .sort();
const textOf = (project: string) =>
  filesOf(project)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('');

describe('a log in files', () => {
  it('goes on in another file when one is full, and loses no line', () => {
    const log = new RotatingFile(dir, 'civic', { fileBytes: 1_000 });
    for (let n = 0; n < 35; n++) log.write(`${n}${LINE}`);
    expect(filesOf('civic')).toHaveLength(4);
    expect(
      textOf('civic')
        .split('\n')
        .filter(Boolean)
        .map((line) => Number.parseInt(line)),
    ).toEqual(Array.from({ length: 35 }, (_, n) => n));
    log.close();
  });

  it('takes a bounded room on the disk', () => {
    const log = new RotatingFile(dir, 'civic', { fileBytes: 1_000, totalBytes: 5_000 });
    for (let n = 0; n < 500; n++) log.write(`${n}${LINE}`);
    const sizes = filesOf('civic').map((name) => statSync(join(dir, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(5_000 + 2 * 110);
    expect(textOf('civic')).toContain(`\n499${LINE}`);
    log.close();
  });

  it('deletes what is old or too much of its project, and nothing that another process writes to, or of another project', () => {
    const old = new Date(Date.now() - 20 * 86_400_000);
    const plant = (name: string, changed: Date) => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, name), LINE);
      utimesSync(join(dir, name), changed, changed);
    };
    plant('civic.20261101T000000Z.1.0001.jsonl', old);
    plant('civic.20261102T000000Z.2.0001.jsonl', new Date(Date.now() - 3_600_000));
    plant('civic.20261103T000000Z.3.0001.jsonl', new Date());
    plant('leads.20261101T000000Z.1.0001.jsonl', old);
    plant('notes.txt', old);
    const log = new RotatingFile(dir, 'civic', { files: 2 });
    log.write(LINE);
    expect(
      readdirSync(dir)
        .filter((name) => !name.includes(`.${process.pid}.`))
        .sort(),
    ).toEqual(['civic.20261103T000000Z.3.0001.jsonl', 'leads.20261101T000000Z.1.0001.jsonl', 'notes.txt']);
    log.close();
  });

  it('of two workers that began at the same moment has a file for each', () => {
    const started = new Date();
    const [one, other] = [new RotatingFile(dir, 'civic', {}, started), new RotatingFile(dir, 'leads', {}, started)];
    one.write('one\n');
    other.write('other\n');
    expect([textOf('civic'), textOf('leads')]).toEqual(['one\n', 'other\n']);
    one.close();
    other.close();
  });

  it('works on where its folder was deleted, and stays away where the one above was', () => {
    const log = new RotatingFile(dir, 'civic');
    log.write('first\n');
    rmSync(dir, { recursive: true });
    log.write('second\n');
    expect(textOf('civic')).toBe('second\n');
    rmSync(join(dir, '..'), { recursive: true });
    log.write('third\n');
    expect(() => readdirSync(join(dir, '..'))).toThrow('ENOENT');
    log.close();
  });
});
