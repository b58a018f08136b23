/** What is wrong with a project, and how it is told. */
import { distance } from 'fastest-levenshtein';

export interface Problem {
  /** Relative to the project's folder. */
  file: string;
  /** Path inside the definition, like `tasks.task_a.dependsOn`, or `did not load`. */
  field: string;
  /** What stands there. */
  value: unknown;
  /** Whole sentences; may have several lines. */
  message: string;
  /** The word that was likely meant. */
  suggestion?: string;
}

/** Notes a problem of one file. */
export type Note = (field: string, value: unknown, message: string, suggestion?: string | null) => void;

const WIDTH = 100;
const WIDEST_FIELD = 44;

/** The candidate that differs least from the word, or null if none is near enough to be a typo. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** The text of `daychain check`: grouped by file, nothing wider than 100 columns. Empty without problems. */
export function formatProblems(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const files = groupByFile(problems);
  const blocks = [...files].map(([file, list]) => `${file}\n${formatFile(list)}`);
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${files.size} ${files.size === 1 ? 'file' : 'files'}`;
  return `${blocks.join('\n')}\n\n${count}. Nothing was changed.\n`;
}

/** Message and suggestion as one text. */
export function problemText(problem: Problem): string {
  return problem.suggestion ? `${problem.message} Did you mean ${problem.suggestion}?` : problem.message;
}

/** A value as it stands in a message: JSON where it has some, at most 60 characters. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A circular object has no JSON.
  }
  text ??= String(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function groupByFile(problems: readonly Problem[]): Map<string, Problem[]> {
  const files = new Map<string, Problem[]>();
  for (const problem of problems) {
    const list = files.get(problem.file);
    if (list) list.push(problem);
    else files.set(problem.file, [problem]);
  }
  return files;
}

function formatFile(problems: readonly Problem[]): string {
  const widest = Math.max(...problems.map((problem) => problem.field.length));
  const column = Math.min(widest, WIDEST_FIELD) + 3;
  return problems.map((problem) => formatProblem(problem, column)).join('\n');
}

function formatProblem(problem: Problem, column: number): string {
  const indent = ' '.repeat(2 + column);
  const lines = problemText(problem)
    .split('\n')
    .flatMap((line) => wrap(line, WIDTH - indent.length));
  if (problem.field.length + 2 > column) lines.unshift('');
  const first = `  ${problem.field.padEnd(column)}${lines[0]}`.trimEnd();
  return [first, ...lines.slice(1).map((line) => indent + line)].join('\n');
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
