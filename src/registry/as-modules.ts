/** Lets a folder's TypeScript be modules, whatever its package.json says or leaves out. */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Without `"type": "module"` tsx turns a folder's `.ts` files into CommonJS: no `await` at the top, no places in errors,
 * a second copy of every package. To be called each time after tsx is registered: of several hooks
 * the latest has the last word, so this one sees what tsx resolved, and takes it back.
 */
export function readAsModules(dir: string): void {
  const root = pathToFileURL(`${dir}/`).href;
  register(`data:text/javascript,${encodeURIComponent(`const root = ${JSON.stringify(root)};\n${HOOK}`)}`);
}

/** Runs in Node's loader thread, so it is text and refers to nothing here. tsx marks CommonJS in the query; the mark goes. */
const HOOK = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const ours = found.format === 'commonjs' && found.url.startsWith(root) && !found.url.includes('/node_modules/');
  if (!ours) return found;
  const url = found.url.replace(/%3F[^?]*/, '').replace(/[?&]tsx-commonjs-virtual-query=1/, '');
  return /[.]ts($|[?])/.test(url) ? { ...found, url, format: 'module' } : found;
}`;
