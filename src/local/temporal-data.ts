/** What is remembered beside the dev server's data: which program made them, and the ports they were last served on. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.js';

export interface MadeBy {
  path: string;
  version: string;
  port: number;
  uiPort: number;
}

/** The dev server's SQLite file in a `.daychain` folder. */
export function temporalDbFile(home: string): string {
  return join(home, 'temporal.db');
}

/** Who made the data of this home; null when there are none, or nobody noted it. */
export function readMadeBy(home: string): MadeBy | null {
  if (!existsSync(temporalDbFile(home))) return null;
  const noted = readJson(noteFile(home)) as Partial<MadeBy> | null;
  if (noted === null || typeof noted.path !== 'string' || typeof noted.version !== 'string') return null;
  return { path: noted.path, version: noted.version, port: noted.port ?? 0, uiPort: noted.uiPort ?? 0 };
}

/** Notes who serves the data from now on. */
export function writeMadeBy(home: string, madeBy: MadeBy): void {
  writeJson(noteFile(home), madeBy);
}

function noteFile(home: string): string {
  return join(home, 'temporal.json');
}
