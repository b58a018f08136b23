/** Where a process writes its log: to stdout for whatever collects it there, or into files of a folder, rotated. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadInput } from '../control/errors.js';
import { createFileLog, createLog } from '../observability/log.js';
import type { Project } from './session.js';

export const LOG_DIR_OPTION = ['--log-dir <dir>', 'write the log into files there, rotated, instead of to stdout'] as const;

/**
 * @param dir as typed; undefined: stdout
 * @throws BadInput where it cannot be made
 */
export function openLog({ config, registry }: Project, dir: string | undefined): ReturnType<typeof createLog> {
  const { name } = registry.project;
  if (dir === undefined) return createLog(config.logLevel, { project: name });
  return createFileLog(config.logLevel, { project: name }, { dir: madeFolder(dir), project: name });
}

function madeFolder(named: string): string {
  const dir = resolve(named);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    throw new BadInput(`--log-dir ${named}: the folder cannot be made: ${(error as Error).message}`);
  }
  return dir;
}
