/** Which files loading a project reads: its own, and the helpers they import, wherever those lie. */
import { register } from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

export interface ModuleFiles {
  /** Absolute paths of all modules asked for so far, sorted; also of those that are not there. Packages are left out. */
  list(): Promise<string[]>;
}

/** Takes note of every module imported from now on. Call it before anything else is registered with Node's loader. */
export function noteModules(): ModuleFiles {
  const { port1, port2 } = new MessageChannel();
  register(`data:text/javascript,${encodeURIComponent(HOOK)}`, { data: { port: port2 }, transferList: [port2] });
  const seen = new Set<string>();
  port1.on('message', (message: string | null) => {
    if (message !== null) seen.add(message);
  });
  port1.unref();
  return {
    async list() {
      await answered(port1);
      return [...seen]
        .map(pathOf)
        .filter((path) => path !== null)
        .sort();
    },
  };
}

/** Messages keep their order: once the hook has answered, all it noted before has arrived. */
function answered(port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: string | null) => {
      if (message !== null) return;
      port.off('message', listen);
      port.unref();
      resolve();
    };
    port.on('message', listen).ref();
    port.postMessage(null);
  });
}

function pathOf(url: string): string | null {
  try {
    return fileURLToPath(url.replace(/(?:[?#]|%3F).*$/, ''));
  } catch {
    return null;
  }
}

/** Runs in Node's loader thread, so it is text and refers to nothing here. */
const HOOK = `
let port;
export function initialize(data) {
  port = data.port;
  port.on('message', () => port.postMessage(null));
  port.unref();
}
const noted = new Set();
function note(url) {
  if (!url.startsWith('file:') || url.includes('/node_modules/') || noted.has(url)) return;
  noted.add(url);
  port.postMessage(url);
}
export async function resolve(specifier, context, next) {
  try {
    const found = await next(specifier, context);
    note(found.url);
    return found;
  } catch (error) {
    if (/^(?:[.][.]?[/]|file:)/.test(specifier)) {
      try { note(new URL(specifier, context.parentURL).href); } catch {}
    }
    throw error;
  }
}`;
