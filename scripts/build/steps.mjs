/** The steps of a build. Each leaves dist/ usable: what is there is replaced file by file, never emptied first. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { dist, page, relative, root, src, workflowBundle, workflows } from './paths.mjs';
import { filesUnder, writeWhole } from './stamp.mjs';

const require = createRequire(import.meta.url);

/** Compiles src/ to dist/. False if the types are wrong; the files are written even then. */
export async function compile() {
  // Without its output the compiler's memory of what it wrote would make it skip files that are gone.
  if (!existsSync(path.join(dist, 'index.js'))) rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
  const compiler = spawn(
    process.execPath,
    [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--pretty', String(process.stdout.isTTY === true)],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    compiler.once('error', reject);
    compiler.once('close', (code) => resolve(code === 0));
  });
}

/** Deletes what the compiler wrote for sources that no longer exist, so that nothing imports or ships it. */
export function removeOrphans() {
  const sourceOf = (file) => path.join(src, path.relative(dist, file)).replace(/\.(d\.ts|js\.map|js)$/, '.ts');
  for (const file of filesUnder(dist)) {
    if (file === workflowBundle || file.startsWith(page) || !/\.(d\.ts|js\.map|js)$/.test(file)) continue;
    if (!existsSync(sourceOf(file))) rmSync(file, { force: true });
  }
}

/** Bundles the workflows as the worker loads them. */
export async function bundleWorkflows() {
  if (!existsSync(workflows)) {
    process.stderr.write(`build: no ${relative(workflows)} yet, so no workflow bundle\n`);
    return true;
  }
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflows,
    logger: onlyProblems,
    webpackConfigHook: withoutMachinePaths,
  });
  writeWhole(workflowBundle, code);
  return true;
}

/** The bundle is shipped: its source map names files from the repository's root, and is the same wherever it was built. */
function withoutMachinePaths(config) {
  return { ...config, context: root, output: { ...config.output, devtoolModuleFilenameTemplate: '[resource-path]' } };
}

const quiet = () => undefined;
const say = (message) => void process.stderr.write(`build: ${message}\n`);
const onlyProblems = {
  log: (level, message) => (level === 'WARN' || level === 'ERROR' ? say(message) : undefined),
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: say,
  error: say,
};
