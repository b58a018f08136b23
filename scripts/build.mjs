/**
 * Builds dist/: compiles src/, then bundles the workflows into dist/workflow-bundle.js and the page into dist/web/page.
 *
 *   node scripts/build.mjs               always
 *   node scripts/build.mjs --if-needed   only if an input changed since the last complete build
 *   node scripts/build.mjs --prepare     the same, for npm's prepare: where there is nothing to build from, it says so and succeeds
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build/lock.mjs';
import { isFresh, readInputs, writeStamp } from './build/stamp.mjs';
import { dist, relative, root } from './build/paths.mjs';

const MODES = ['--if-needed', '--prepare'];

const [mode, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (mode !== undefined && !MODES.includes(mode))) {
  process.stderr.write(`build: got "${process.argv.slice(2).join(' ')}", expected nothing or one of ${MODES.join(', ')}\n`);
  process.exit(2);
}

try {
  process.exitCode = await build(mode);
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function build(mode) {
  const obstacle = whyNotPossible();
  if (obstacle !== null) {
    const usable = existsSync(join(dist, 'cli', 'main.js'));
    process.stderr.write(`build: ${obstacle}; ${usable ? 'dist/ is used as it is' : 'there is no dist/'}\n`);
    return usable || mode === '--prepare' ? 0 : 1;
  }
  if (mode === '--if-needed' && isFresh(readInputs())) return 0;

  const askedAt = Date.now();
  return withBuildLock(join(root, 'node_modules', '.daychain-build.lock'), async () => {
    // Another build may have done the work while this one waited for the lock.
    const inputs = readInputs();
    if (isFresh(inputs, mode === '--if-needed' ? 0 : askedAt)) return 0;

    const { bundlePage } = await import('./build/page.mjs');
    const { bundleWorkflows, compile, removeOrphans } = await import('./build/steps.mjs');
    const compiled = await compile();
    removeOrphans();
    // Types may be wrong somewhere and the workflows still be whole: report both at once.
    const bundled = await bundleWorkflows();
    const paged = await bundlePage();
    if (!compiled)
      process.stderr.write(
        'build: the types are wrong (above); dist/ was written all the same, but the build counts as failed\n',
      );
    const whole = compiled && bundled && paged;
    if (whole) writeStamp(inputs);
    return whole ? 0 : 1;
  });
}

/** A package installed from npm has no sources, and a production install no compiler. */
function whyNotPossible() {
  if (!existsSync(join(root, 'src'))) return `no ${relative(join(root, 'src'))}/ here`;
  if (!existsSync(join(root, 'node_modules', 'typescript'))) return 'TypeScript is not installed (npm ci brings it)';
  return null;
}
