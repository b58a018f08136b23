import { expect, test } from 'vitest';
import { formatProblems, nearest, type Problem } from '../../src/registry/index.js';

const problem = (file: string, field: string, message: string, suggestion?: string): Problem => ({
  file,
  field,
  value: null,
  message,
  ...(suggestion && { suggestion }),
});

test('problems are told by file, in columns, with the count and what was done', () => {
  const text = formatProblems([
    problem(
      'chains/daily-chain.ts',
      'tasks.task_rag_indexing.dependsOn',
      '"task_firecrwl" is no task of this project.',
      'task_firecrawl',
    ),
    problem('chains/daily-chain.ts', 'schedule.cron', 'first line.\nsecond line.'),
    problem('tasks/task_mail.ts', 'did not load', "SyntaxError: Unexpected token '}' at 14:3"),
  ]);
  expect(text).toBe(`chains/daily-chain.ts
  tasks.task_rag_indexing.dependsOn   "task_firecrwl" is no task of this project. Did you mean
                                      task_firecrawl?
  schedule.cron                       first line.
                                      second line.
tasks/task_mail.ts
  did not load   SyntaxError: Unexpected token '}' at 14:3

3 problems in 2 files. Nothing was changed.
`);
});

test('one problem is one problem, and none is no text', () => {
  expect(formatProblems([problem('a', 'b', 'c')])).toBe('a\n  b   c\n\n1 problem in 1 file. Nothing was changed.\n');
  expect(formatProblems([])).toBe('');
});

test('nothing is wider than 100 columns, and no word is lost, however long field and message are', () => {
  const words = Array.from({ length: 60 }, (_, n) => `word${n}`).join(' ');
  const text = formatProblems([problem('f', `tasks.${'x'.repeat(70)}`, words), problem('f', 'short', words)]);
  expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  for (let n = 0; n < 60; n++) expect(text.match(new RegExp(`\\bword${n}\\b`, 'g'))).toHaveLength(2);
});

test.each([
  ['task_firecrwl', 'task_firecrawl'],
  ['tsk', 'task'],
  ['TASK', 'task'],
  ['b', null],
  ['something_else', null],
])('nearest to %s is %s', (word, expected) => expect(nearest(word, ['task', 'task_firecrawl', 'report'])).toBe(expected));
