import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every tracked text file with its content. Null where this is no git checkout. */
export function trackedText(): { file: string; text: string }[] | null {
  const files = trackedFiles();
  if (files === null) return null;
  return files.flatMap((file) => {
    const content = readOrNull(path.join(root, file));
    return content === null || content.includes(0) ? [] : [{ file, text: content.toString('utf8') }];
  });
}

function trackedFiles(): string[] | null {
  try {
    const output = execFileSync('git', ['ls-files', '-z'], {
      cwd: root,
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').filter((file) => file !== '');
  } catch {
    return null;
  }
}

/** Null for what is tracked and gone from the tree. */
function readOrNull(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
