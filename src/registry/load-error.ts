/** Says why a file did not load, and where. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';

const CHECK_TIMEOUT_MS = 10_000;

/** `SyntaxError: Unexpected token '}' at 14:3`; another file of the project is named before the place. */
export async function loadErrorText(dir: string, path: string, error: unknown): Promise<string> {
  if (!(error instanceof Error)) return `threw ${String(error)}, which is no Error`;
  const transform = /:(\d+):(\d+): ERROR: ([^\n]*)/.exec(error.message);
  if (transform) {
    const culprit = error.message.slice(0, transform.index).split('\n').at(-1)!;
    // This compiler counts columns from 0.
    return `SyntaxError: ${transform[3]}${placeText(dir, path, culprit, Number(transform[1]), Number(transform[2]) + 1)}`;
  }
  const text = `${error.name}: ${messageOf(dir, error)}`;
  const place = placeIn(dir, path, error.stack ?? '') ?? (error.name === 'SyntaxError' ? await syntaxPlace(path) : null);
  return place ? `${text}${place}` : text;
}

/** The message without the machine's folders and Node's list of who required whom. */
function messageOf(dir: string, error: Error): string {
  return error.message
    .split('\nRequire stack:')[0]!
    .replaceAll(`${dir}/`, '')
    .replaceAll(/\?[\w=&-]*namespace=[\w-]+/g, '');
}

/** The first frame of the stack that lies in the project's own files. */
function placeIn(dir: string, path: string, stack: string): string | null {
  for (const line of stack.split('\n')) {
    const frame = /(?:file:\/\/)?(\/[^?\n]*?\.(?:ts|js|mjs))(?:\?[^:\s)]*)?:(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (!frame) continue;
    const file = decodeURIComponent(frame[1]!.slice(Math.max(0, frame[1]!.lastIndexOf('(') + 1)));
    if (!file.startsWith(`${dir}/`) || file.includes('/node_modules/')) continue;
    return placeText(dir, path, file, Number(frame[2]), frame[3] ? Number(frame[3]) : null);
  }
  return null;
}

/** Node says what is wrong with a module's syntax, but not where; its checker does. */
async function syntaxPlace(path: string): Promise<string | null> {
  const source = await readFile(path, 'utf8').catch(() => null);
  if (source === null) return null;
  const complaint = await new Promise<string>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--check', '--input-type=module', '-'],
      { timeout: CHECK_TIMEOUT_MS, env: {} },
      (_error, _stdout, stderr) => resolve(stderr),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(source);
  });
  const [first = '', , carets = ''] = complaint.split('\n');
  const line = /^\[stdin\]:(\d+)$/.exec(first);
  return line ? ` at ${line[1]}:${carets.indexOf('^') + 1}` : null;
}

function placeText(dir: string, path: string, culprit: string, line: number, column: number | null): string {
  const file = culprit === path ? '' : `${relative(dir, culprit)}:`;
  return ` at ${file}${line}${column === null ? '' : `:${column}`}`;
}
