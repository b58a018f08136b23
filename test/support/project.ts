/** Small projects written for one test file: real files, loaded as a user's would be. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder } from './remove-folder.js';

/** Inside the repository, so that `import 'daychain'` in the files resolves as it does for the examples. */
const ROOT = fileURLToPath(new URL('../.projects/', import.meta.url));

export interface ProjectText {
  name: string;
  timezone?: string;
  /** A project that is copied in place of one that is written; its configuration is given this `name`. */
  copyOf?: string;
  /** Of a copy: what is put in place of what in its configuration. */
  replaced?: Record<string, string>;
  /** More of daychain.config.js, as text of an object's fields. */
  config?: string;
  /** Id → the text of defineTask's argument. `witness(ctx, phase)` and `until(ctx, file)` are at hand. */
  tasks?: Record<string, string>;
  /** Id → the text of createRetryable's argument, without its name. */
  retryables?: Record<string, string>;
  /** Id → defineChain's argument, or the text of the whole file. */
  chains?: Record<string, object | string>;
}

/** Writes a project and answers its folder. Remove it with the returned function. */
export function writeProject(text: ProjectText): { dir: string; remove(): void } {
  mkdirSync(ROOT, { recursive: true });
  const dir = mkdtempSync(join(ROOT, `${text.name}-`));
  if (text.copyOf !== undefined) return copyProject(text.copyOf, dir, text);
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  write(
    'daychain.config.js',
    `import { defineProject, env } from 'daychain';\nexport default defineProject({ name: '${text.name}', timezone: '${text.timezone ?? 'Europe/Paris'}', ${text.config ?? ''} });\n`,
  );
  write('lib/witness.js', WITNESS);
  for (const [id, definition] of Object.entries(text.tasks ?? {})) {
    write(
      `tasks/${id}.js`,
      `import { defineTask, z, TaskError, PermanentError, RetryAfter } from 'daychain';\nimport { existsSync } from 'node:fs';\nimport { until, witness } from '../lib/witness.js';\nexport default defineTask(${definition});\n`,
    );
  }
  for (const [id, definition] of Object.entries(text.retryables ?? {})) {
    write(
      `retryables/${id}.js`,
      `import { createRetryable, z, PermanentError, RetryAfter } from 'daychain';\nimport { appendFileSync, existsSync } from 'node:fs';\nconst project = new URL('..', import.meta.url);\nexport default createRetryable({ name: '${id}', project, ${definition} });\n`,
    );
  }
  for (const [id, definition] of Object.entries(text.chains ?? {})) {
    const body = typeof definition === 'string' ? definition : `defineChain(${JSON.stringify(definition, null, 2)})`;
    write(`chains/${id}.js`, `import { defineChain } from 'daychain';\nexport default ${body};\n`);
  }
  return { dir, remove: () => removeFolder(dir) };
}

function copyProject(from: string, dir: string, { name, replaced = {} }: ProjectText): { dir: string; remove(): void } {
  cpSync(from, dir, { recursive: true, filter: (path) => !/[/\\](?:\.daychain|out)$/.test(path) });
  const config = join(dir, 'daychain.config.ts');
  let content = readFileSync(config, 'utf8').replace(/name: '[^']*'/, `name: '${name}'`);
  for (const [old, instead] of Object.entries(replaced)) content = content.replace(old, instead);
  writeFileSync(config, content);
  return { dir, remove: () => removeFolder(dir) };
}

/** What bodies leave behind: one line per event, appended whole. Read by tests, never by the product. */
const WITNESS = `
import { appendFileSync, existsSync, watch } from 'node:fs';
import { dirname } from 'node:path';

export function witness(ctx, phase) {
  const { task, date, runKey, taskId, attempt, fence } = ctx;
  appendFileSync(ctx.secrets.get('WITNESS'), JSON.stringify({ task, date, runKey, taskId, attempt, fence, phase, pid: process.pid, at: Date.now() }) + '\\n');
}

/** Waits for a file to appear, or for the signal. */
export function until(ctx, file) {
  return new Promise((resolve, reject) => {
    const look = () => existsSync(file) && end(resolve);
    const watcher = watch(dirname(file), look);
    const stop = () => end(() => reject(ctx.signal.reason));
    const end = (how) => {
      watcher.close();
      ctx.signal.removeEventListener('abort', stop);
      how();
    };
    ctx.signal.addEventListener('abort', stop, { once: true });
    if (ctx.signal.aborted) stop();
    else look();
  });
}
`;
