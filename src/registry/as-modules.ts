/** Lets a folder's TypeScript be modules, whatever its package.json says or leaves out, and packages be what they are. */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What is of this package: its own files need no second copy either, wherever they are linked from. */
const OWN = new URL('../', import.meta.url).href;

/**
 * Without `"type": "module"` tsx turns a folder's `.ts` files into CommonJS: no `await` at the top, no places in errors,
 * a second copy of every package. And the namespace by which files are loaded anew would have packages loaded anew, too, this one
 * and all it is made of: they are compiled JavaScript and do not change, so they keep the copy there is. To be called each time
 * after tsx is registered: of several hooks the latest has the last word, so this one sees what tsx resolved, and takes it back.
 */
export function readAsModules(dir: string): void {
  const root = pathToFileURL(`${dir}/`).href;
  const constants = `const root = ${JSON.stringify(root)}, own = ${JSON.stringify(OWN)};`;
  register(`data:text/javascript,${encodeURIComponent(`${constants}\n${HOOK}`)}`);
}

/** Runs in Node's loader thread, so it is text and refers to nothing here. tsx keeps its marks in the query. */
const HOOK = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const isPackage = found.url.includes('/node_modules/') || found.url.startsWith(own);
  if (isPackage && /[.][cm]?js[?]tsx-namespace=[^&]*$/.test(found.url)) {
    return { ...found, url: found.url.replace(/[?].*/, '') };
  }
  const ours = found.format === 'commonjs' && found.url.startsWith(root) && !found.url.includes('/node_modules/');
  if (!ours) return found;
  const url = found.url.replace(/%3F[^?]*/, '').replace(/[?&]tsx-commonjs-virtual-query=1/, '');
  return /[.]ts($|[?])/.test(url) ? { ...found, url, format: 'module' } : found;
}`;
