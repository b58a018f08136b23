import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from './tracked-files.js';

const BUNDLE = path.join(root, 'dist', 'workflow-bundle.js');

/** What may be replayed: our own workflows and plan, and what the SDK itself brings. */
const ALLOWED = [
  /^\.\/dist\/(workflows|plan)\//,
  /node_modules\/@temporalio\/(workflow|common|worker)\//,
  /node_modules\/(nexus-rpc|long|ms)\//,
  /^\?/, // an empty stand-in for a module that workflows do not have
];

describe('the workflow bundle', () => {
  let code = '';
  let modules: string[] = [];

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--if-needed'], { cwd: root, timeout: 120_000 });
    code = readFileSync(BUNDLE, 'utf8');
    modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)":?$/gm)].map((match) => match[1] ?? '');
  });

  test('holds the workflows and the plan they walk', () => {
    expect(modules).toContain('./dist/workflows/index.js');
    expect(modules.some((name) => name.startsWith('./dist/plan/'))).toBe(true);
  });

  test('holds no definitions, registry, zone code, validation or node: modules', () => {
    expect(modules.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(code).not.toMatch(/require\("node:|external "node:/);
  });

  test('names no folder of the machine that built it', () => {
    const map = /sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z0-9+/=]+)/.exec(code)?.[1];
    expect(map).toBeDefined();
    const { sources } = JSON.parse(Buffer.from(map ?? '', 'base64').toString('utf8')) as { sources: string[] };
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((source) => path.isAbsolute(source) || source.startsWith('..'))).toEqual([]);
    expect(code.split('\n').filter((line) => line.length < 10_000 && line.includes(root))).toEqual([]);
  });
});
