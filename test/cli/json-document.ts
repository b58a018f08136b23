/** The table of docs/cli-json.md, read as a test needs it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface DocumentedKeys {
  /** In every answer that is no error. */
  always: string[];
  /** Named after the first semicolon or colon: only in some answers. */
  sometimes: string[];
}

const text = readFileSync(fileURLToPath(new URL('../../docs/cli-json.md', import.meta.url)), 'utf8');
const rows = new Map(
  [...text.matchAll(/^\| `([a-z ]+)` +\| (.*?) +\|$/gm)].map(([, command, keys]): [string, DocumentedKeys] => {
    const [always = '', ...rest] = keys!.split(/[;:]/);
    return [command!, { always: keysIn(always), sometimes: keysIn(rest.join(' ')) }];
  }),
);

/** Commands that the table names. */
export const documentedCommands: readonly string[] = [...rows.keys()];

/** None for a command that the table does not name. */
export function documentedKeys(command: string): DocumentedKeys {
  return rows.get(command) ?? { always: [], sometimes: [] };
}

function keysIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key!);
}
