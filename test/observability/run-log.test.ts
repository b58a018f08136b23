import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileLog } from '../../src/observability/log.js';
import type { LogLine } from '../../src/observability/log-lines.js';
import { BadCursor, followRunLog, readRunLog } from '../../src/observability/run-log.js';
import { RotatingFile } from '../../src/observability/rotating-file.js';
import { within } from '../support/engine.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'daychain-log-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const RUN = 'task_a:20260203';
const fileOf = (worker: number, part = 1) => join(dir, `civic.20260203T000000Z.${worker}.${String(part).padStart(4, '0')}.jsonl`);
const lineOf = (time: number, msg: string, more: object = {}) =>
  `${JSON.stringify({ level: 30, time, project: 'civic', task: 'task_a', date: '20260203', run_key: '20260203', task_id: 'abcd1234', attempt: 1, run: RUN, pid: 1, ...more, msg })}\n`;
const read = async (wish: Parameters<typeof readRunLog>[3] = {}, query: object = {}) =>
  await readRunLog(dir, 'civic', { runs: new Set([RUN]), ...query }, wish);
const messages = (lines: readonly LogLine[]) => lines.map(({ message }) => message);

/** All pages of so many lines. */
async function pages(limit: number): Promise<LogLine[][]> {
  const found: LogLine[][] = [];
  let after: string | null = null;
  for (;;) {
    const page = await read({ limit, after });
    if (page.lines.length > 0) found.push(page.lines);
    if (!page.more) return found;
    after = page.after;
  }
}

describe('the log of a run', () => {
  it('has its lines alone, of all workers, by their time; nothing is read twice', async () => {
    writeFileSync(fileOf(1), lineOf(1, 'one') + lineOf(2, 'other', { run: 'task_b:20260203' }) + lineOf(5, 'five'));
    writeFileSync(fileOf(2), lineOf(3, 'three') + lineOf(4, 'four', { attempt: 2, level: 50 }));
    writeFileSync(join(dir, 'leads.20260203T000000Z.1.0001.jsonl'), lineOf(1, 'of another project'));
    const page = await read();
    expect(messages(page.lines)).toEqual(['one', 'three', 'four', 'five']);
    expect(page).toMatchObject({ more: false, files: 2 });
    expect(page.lines[2]).toMatchObject({
      at: '1970-01-01T00:00:00.004Z',
      level: 'error',
      attempt: 2,
      taskId: 'abcd1234',
      fields: {},
    });
    appendFileSync(fileOf(2), lineOf(6, 'six'));
    const next = await read({ after: page.after });
    expect(messages(next.lines)).toEqual(['six']);
    expect((await read({ after: next.after })).lines).toEqual([]);
    expect(messages((await read({}, { level: 'error' })).lines)).toEqual(['four']);
    expect(messages((await read({}, { attempt: 2 })).lines)).toEqual(['four']);
  });

  it('is the same in pages of any size, however the lines lie in the files', async () => {
    const lines = fc.array(fc.record({ worker: fc.integer({ min: 1, max: 3 }), other: fc.boolean() }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (given, limit) => {
        for (const worker of [1, 2, 3]) rmSync(fileOf(worker), { force: true });
        given.forEach(({ worker, other }, at) =>
          appendFileSync(fileOf(worker), lineOf(at, String(at), other ? { run: 'task_b:20260203' } : {})),
        );
        const wanted = given.flatMap(({ other }, at) => (other ? [] : [String(at)]));
        const found = await pages(limit);
        expect(messages(found.flat())).toEqual(wanted);
        expect(found.every((page, at) => page.length === limit || at === found.length - 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps one event in one line, whatever a text holds', async () => {
    const log = createFileLog('info', { project: 'civic' }, { dir, project: 'civic' });
    const own = log.child({ task: 'task_a', date: '20260203', run_key: '20260203', task_id: 'abcd1234', attempt: 1, run: RUN });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const before = await read();
        const forged = `${text}\r\n${lineOf(1, 'forged').trim()}\n`;
        own.info({ fields: { run: 'other', text } }, forged);
        const { lines } = await read({ after: before.after });
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatchObject({ message: forged, fields: { text, run: 'other' } });
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out a line that is being written, and one that a crash cut off', async () => {
    writeFileSync(fileOf(1), `${lineOf(1, 'whole')}${lineOf(2, 'half').slice(0, 150)}`);
    const page = await read();
    expect(messages(page.lines)).toEqual(['whole']);
    appendFileSync(fileOf(1), `\n${lineOf(3, 'after')}`);
    expect(messages((await read({ after: page.after })).lines)).toEqual(['after']);
  });

  it('is empty where there is no folder; a cursor that is none is refused', async () => {
    rmSync(dir, { recursive: true });
    expect(await read()).toMatchObject({ lines: [], more: false, files: 0 });
    const forged = Buffer.from(JSON.stringify({ '../../etc/passwd': 0 })).toString('base64url');
    for (const after of ['nonsense', forged, Buffer.from('[]x').toString('base64url')]) {
      await expect(read({ after })).rejects.toThrow(BadCursor);
    }
  });
});

describe('followed', () => {
  const follow = (isOver: () => Promise<boolean>, signal = new AbortController().signal) =>
    followRunLog(dir, 'civic', { runs: new Set([RUN]) }, { isOver, signal, limit: 3 });

  it('it comes as it is written, through rotation and new workers, until the run has ended', async () => {
    const log = new RotatingFile(dir, 'civic', { fileBytes: 600 });
    let [written, over] = [0, false];
    const write = () => log.write(lineOf(++written, String(written)));
    write();
    const seen: string[] = [];
    const isOver = async () => Promise.resolve(over);
    const reading = (async () => {
      for await (const { lines } of follow(isOver)) {
        seen.push(...messages(lines));
        if (written < 30) for (let n = 0; n < 10; n++) write();
        else if (written === 31) {
          mkdirSync(dir, { recursive: true });
          writeFileSync(fileOf(7), lineOf(++written, 'of a new worker'));
        } else over = true;
      }
    })();
    await within(20_000, 'the end', reading);
    expect(seen).toEqual([...Array.from({ length: 31 }, (_, at) => String(at + 1)), 'of a new worker']);
    log.close();
  });

  it('it ends when it is told to stop', async () => {
    const stop = new AbortController();
    const reading = (async () => {
      for await (const { lines } of follow(async () => Promise.resolve(false), stop.signal)) {
        expect(lines).toEqual([]);
        stop.abort();
      }
    })();
    await within(20_000, 'the end', reading);
  });
});
