/** Bundles the page: one script, one style sheet and one icon, named by their content, and the index.html that asks for them. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { page, pageSource, root } from './paths.mjs';
import { filesUnder, writeWhole } from './stamp.mjs';

/** Browsers of spring 2024 and later: those that know light-dark(). */
const BROWSERS = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

/** False if the page has mistakes; esbuild has told them. */
export async function bundlePage() {
  if (!existsSync(pageSource)) return true;
  const { build } = await import('esbuild');
  let built;
  try {
    built = await build({
      entryPoints: {
        page: path.join(pageSource, 'main.tsx'),
        style: path.join(pageSource, 'style', 'index.css'),
        icon: path.join(pageSource, 'icon.svg'),
      },
      loader: { '.svg': 'copy' },
      outdir: page,
      entryNames: 'assets/[name]-[hash]',
      absWorkingDir: root,
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: BROWSERS,
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      logLevel: 'warning',
    });
  } catch {
    return false;
  }
  // New files first, then what names them, then away with the old: whoever loads the page meanwhile finds all of it.
  for (const { path: file, contents } of built.outputFiles) writeWhole(file, contents);
  const index = path.join(page, 'index.html');
  writeWhole(index, indexHtml(built.outputFiles));
  const kept = new Set([index, ...built.outputFiles.map(({ path: file }) => file)]);
  for (const file of filesUnder(page)) if (!kept.has(file)) rmSync(file, { force: true });
  return true;
}

function indexHtml(files) {
  const addressOf = (ending) => {
    const file = files.find(({ path: name }) => name.endsWith(ending))?.path;
    return `/${path.relative(page, file).split(path.sep).join('/')}`;
  };
  return readFileSync(path.join(pageSource, 'index.html'), 'utf8')
    .replace('%SCRIPT%', () => addressOf('.js'))
    .replace('%STYLE%', () => addressOf('.css'))
    .replace('%ICON%', () => addressOf('.svg'));
}
