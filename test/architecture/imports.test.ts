import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { forbiddenExampleImports, forbiddenImports } from './judge-imports.js';
import { sourceFiles } from './source-files.js';
import { root } from './tracked-files.js';

describe('the layout', () => {
  test('lets src/ import only what the table allows', () => {
    const files = sourceFiles('src');
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => forbiddenImports(file, readFileSync(path.join(root, 'src', file), 'utf8')))).toEqual([]);
  });

  test('lets examples import the package as a user would', () => {
    const lines = sourceFiles('examples').flatMap((file) => {
      const [folder = '', ...below] = file.split('/');
      return forbiddenExampleImports(folder, below.join('/'), readFileSync(path.join(root, 'examples', file), 'utf8'));
    });
    expect(lines).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ['plan/a.ts', "import { readFileSync } from 'node:fs';"],
    ['plan/a.ts', "import type { Task } from '../define/types.js';"],
    ['plan/a.ts', "export * from '@temporalio/common';"],
    ['time/a.ts', "import { Temporal } from 'temporal-polyfill';"],
    ['workflows/a.ts', "import { engine } from '../activities/engine.js';"],
    ['workflows/a.ts', "import { type Engine } from '../activities/engine.js';"],
    ['workflows/a.ts', "const later = await import('../time/slots.js');"],
    ['workflows/a.ts', "import { Client } from '@temporalio/client';"],
    ['lock/a.ts', "import type { Config } from '../config.js';"],
    ['define/a.ts', "import { durationMs } from '../plan/duration.js';"],
    ['registry/a.ts', "import { readConfig } from '../config.js';"],
    ['activities/a.ts', "import { runTask } from '../workflows/index.js';"],
    ['control/a.ts', "import { runTask } from '../workflows/index.js';"],
    ['local/a.ts', "import { loadRegistry } from '../registry/load.js';"],
    ['local/a.ts', "import { config } from '../config.js';"],
    ['registry/a.ts', "import { up } from '../cli/main.js';"],
    ['index.ts', "import { main } from './cli/main.js';"],
    ['kit/a.ts', "import fs from 'fs';"],
    ['kit/a.ts', 'const other = await import(name);'],
    ['kit/a.ts', "const other = require('../config.js');"],
    ['web/page/grid/a.tsx', "import { readGrid } from '../../../control/views/grid.js';"],
    ['web/page/a.ts', "import { sign } from 'node:crypto';"],
    ['web/server.ts', "import { start } from './page/main.js';"],
    ['somewhere/a.ts', 'export {};'],
  ])('refuses in src/%s: %s', (file, text) => {
    expect(forbiddenImports(file, text)).toHaveLength(1);
  });

  test.each([
    ['plan/a.ts', "import { order } from './graph.js';"],
    ['time/a.ts', "import { Temporal } from 'temporal-polyfill/implementation';"],
    ['workflows/a.ts', "import type { Engine } from '../activities/engine.js';"],
    ['workflows/a.ts', "type Engine = import('../activities/engine.js').Engine;"],
    ['workflows/a.ts', "import { order } from '../plan/graph.js';"],
    ['connections/a.ts', "import type { Config } from '../config.js';"],
    ['cli/commands/a.ts', "import { readConfig } from '../../config.js';"],
    ['cli/commands/a.ts', "const { runWorker } = await import('../../worker.js');"],
    ['web/page/grid/a.tsx', "import type { GridView } from '../../../control/views/grid.js';"],
    ['web/page/grid/a.tsx', "import { useState } from 'preact/hooks';"],
    ['registry/a.ts', 'const file = await import(url.href);'],
    ['registry/a.ts', "import { register } from 'tsx/esm/api';"],
  ])('allows in src/%s: %s', (file, text) => {
    expect(forbiddenImports(file, text)).toEqual([]);
  });

  test('names file, line, import and what is allowed', () => {
    expect(forbiddenImports('lock/a.ts', "\nimport { plan } from '../plan/graph.js';")).toEqual([
      'src/lock/a.ts:2 imports "../plan/graph.js": lock may import (none)',
    ]);
  });

  test('refuses an example that reaches into src/ or past the package', () => {
    expect(forbiddenExampleImports('civic', 'tasks/a.ts', "import { x } from '../../../src/define/define.js';")).toHaveLength(1);
    expect(forbiddenExampleImports('civic', 'tasks/a.ts', "import { x } from '@temporalio/workflow';")).toHaveLength(1);
    expect(forbiddenExampleImports('civic', 'tasks/a.ts', "import { x } from '../lib/charter.js'; import 'daychain';")).toEqual(
      [],
    );
  });
});
