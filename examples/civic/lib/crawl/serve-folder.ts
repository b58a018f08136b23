import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { AddressInfo } from 'node:net';

export interface ServedFolder {
  /** `http://127.0.0.1:<free port>/` */
  url: URL;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.pdf': 'application/pdf',
};

/** Serves a folder of static files on a free loopback port until it is closed. A path that ends in `/` means its `index.html`. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  const server = createServer((request, response) => {
    void answer(folder, request.url ?? '/').then(({ status, type, body }) => {
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
      const unchanged = status === 200 && request.headers['if-none-match'] === etag;
      response.writeHead(
        unchanged ? 304 : status,
        unchanged ? { etag } : { 'content-type': type, 'content-length': body.length, etag },
      );
      response.end(unchanged || request.method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/`), close: () => close(server) };
}

async function answer(folder: string, target: string): Promise<{ status: number; type: string; body: Buffer }> {
  const missing = { status: 404, type: 'text/plain; charset=utf-8', body: Buffer.from('Page introuvable\n') };
  try {
    const path = decodeURIComponent(new URL(target, 'http://localhost').pathname);
    const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
    // Nothing outside the folder is served, however the path is spelt.
    if (!file.startsWith(normalize(folder + sep))) return missing;
    const type = TYPES[extname(file)];
    return type === undefined ? missing : { status: 200, type, body: await readFile(file) };
  } catch {
    return missing;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed());
    server.closeAllConnections();
  });
}
