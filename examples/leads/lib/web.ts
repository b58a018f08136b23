/** Pages of the web: real ones, or those of the bundled sites. */
import { readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PermanentError, TaskError, type ClientTools } from 'daychain';
import { createHttp } from 'daychain/kit';
import { inProject } from './files.js';

export interface WebPage {
  /** Where redirects led to. */
  url: string;
  text: string;
}

export interface Web {
  /** @throws errors whose fate says whether a later attempt may do better: a page that is not there is not there for good */
  get(url: string, signal: AbortSignal): Promise<WebPage>;
  close(): void;
}

export function openWeb({ settings }: ClientTools): Web {
  const pauseMs = settings.LEADS_PAUSE_MS;
  const web = settings.LEADS_SOURCE === 'sample' ? sampleWeb() : realWeb(settings.INNER_HOSTS);
  return {
    async get(url, signal) {
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal });
      return await web.get(url, signal);
    },
    close: () => web.close(),
  };
}

function realWeb(allow: readonly string[]): Web {
  const http = createHttp({ allow, retries: 3, headers: { 'user-agent': 'daychain-leads' } });
  return {
    async get(url, signal) {
      const answer = await http.get(url, { signal });
      return { url: answer.url, text: answer.text() };
    },
    close: () => http.close(),
  };
}

/** `data/sites/<host>/<path>`, a path that ends in `/` meaning its index.html. No request leaves the machine. */
function sampleWeb(): Web {
  const sites = inProject('data', 'sites');
  let redirects: Promise<Record<string, string>> | undefined;
  return {
    async get(url, signal) {
      signal.throwIfAborted();
      redirects ??= readFile(join(sites, 'redirects.json'), 'utf8').then((text) => JSON.parse(text) as Record<string, string>);
      const target = (await redirects)[url] ?? url;
      const { host, pathname } = new URL(target);
      const file = normalize(join(sites, host, pathname.endsWith('/') ? `${pathname}index.html` : pathname));
      if (!file.startsWith(join(sites, sep))) throw new PermanentError(`${url} leads out of the bundled sites`);
      try {
        return { url: target, text: await readFile(file, 'utf8') };
      } catch (cause) {
        const known = await readFile(join(sites, host, 'index.html')).then(
          () => true,
          () => false,
        );
        if (known) throw new PermanentError(`${target} answered 404`, { cause });
        throw new TaskError(`${host} cannot be reached: no such host`, { cause });
      }
    },
    close() {},
  };
}
