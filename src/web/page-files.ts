/** The page's built files: hashed names are kept by browsers for good, everything else is asked for again. */
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import type { WebEnv } from './api/frame.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};
/** `app-3F9A1C2E.js`, as the build names what it has hashed. */
const HASHED = /-[A-Za-z0-9]{8,}\.[a-z0-9]+$/;
const FOR_GOOD = 'public, max-age=31536000, immutable';

/** Serves what the folder holds, by name from a list: no path of a request is ever opened. */
export function servePage(app: Hono<WebEnv>, pageDir: string): void {
  let names: Promise<Set<string>> | undefined;
  app.get('*', async (context, next) => {
    const known = await (names ??= listFiles(pageDir));
    const name = context.req.path.slice(1);
    if (known.has(name) && name !== 'index.html') {
      const headers = { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'cache-control': cachingOf(name) };
      const packed = acceptsGzip(context.req.header('accept-encoding')) && known.has(`${name}.gz`);
      const stream = Readable.toWeb(createReadStream(join(pageDir, packed ? `${name}.gz` : name))) as ReadableStream;
      return new Response(stream, {
        headers: { ...headers, vary: 'accept-encoding', ...(packed && { 'content-encoding': 'gzip' }) },
      });
    }
    // Deep links are the page's to read; a file that is not there is not.
    if (extname(name) !== '' && !name.includes(':')) return await next();
    if (!known.has('index.html')) return context.text('The page is not built. The API is there: /docs\n', 404);
    return context.html(await readFile(join(pageDir, 'index.html'), 'utf8'), 200, { 'cache-control': 'no-cache' });
  });
}

function cachingOf(name: string): string {
  return HASHED.test(name) ? FOR_GOOD : 'no-cache';
}

function acceptsGzip(header: string | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header ?? '');
}

async function listFiles(dir: string): Promise<Set<string>> {
  try {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    return new Set(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/')),
    );
  } catch {
    return new Set();
  }
}
