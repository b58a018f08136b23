/**
 * Keeps requests from reaching what is not public: a URL that came from a page, a sitemap or a redirect may name this machine,
 * its network, or the address where a cloud keeps its credentials. The check is made where the connection is: the addresses
 * that were checked are those that are connected to, so a name that changes its answer gains nothing.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { whyNotPublic } from './addresses.js';
import { HttpError } from './errors.js';

export interface GuardOptions {
  /** Ports that may be reached. Default 80 and 443. */
  ports?: readonly number[];
  /** Hosts that may be reached whatever their address: `'ollama.internal'` on the ports above, `'127.0.0.1:8080'` on that one. */
  allow?: readonly string[];
  /** Addresses of a name. Default: as the system resolves it. */
  resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

export interface Guard {
  /** Checks scheme, port and, where it stands in the URL itself, the address. @throws HttpError `refused` */
  check(url: URL): void;
  /** For the connection to this URL: gives only addresses that may be reached; one that may not refuses them all. */
  lookupFor(url: URL): LookupFunction;
}

export function createGuard({ ports = [80, 443], allow = [], resolve = resolveBySystem }: GuardOptions = {}): Guard {
  const allowed = new Set(allow.map((host) => host.toLowerCase()));
  const isAllowed = (url: URL) => allowed.has(url.hostname) || allowed.has(`${url.hostname}:${portOf(url)}`);
  const hasPort = (url: URL) => ports.includes(portOf(url)) || allowed.has(`${url.hostname}:${portOf(url)}`);

  return {
    check(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url, `is not fetched: only http and https are`);
      if (url.username !== '' || url.password !== '') throw refused(url, 'is not fetched: credentials belong into a header');
      if (!hasPort(url)) throw refused(url, `is not fetched: port ${portOf(url)} is none of ${ports.join(', ')}`);
      const host = hostOf(url);
      const why = isIP(host) === 0 || isAllowed(url) ? null : whyNotPublic(host);
      if (why !== null) throw refused(url, `is not fetched: ${host} ${why}`);
    },

    lookupFor: (url) => (host, options, callback) => {
      const answer = async () => {
        const addresses = await resolve(host);
        if (addresses.length === 0) throw new HttpError('has no address', { trouble: 'network', fate: 'retry', url });
        if (isAllowed(url)) return addresses;
        for (const { address } of addresses) {
          const why = whyNotPublic(address);
          if (why !== null) throw refused(url, `is not fetched: ${host} is at ${address}, which ${why}`);
        }
        return addresses;
      };
      answer().then(
        (addresses) => {
          if (options.all) callback(null, [...addresses]);
          else callback(null, addresses[0]!.address, addresses[0]!.family);
        },
        (error: Error) => callback(error, '', 0),
      );
    },
  };
}

/** The host of a URL without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

function refused(url: URL, message: string): HttpError {
  return new HttpError(message, { trouble: 'refused', fate: 'give_up', url });
}

function resolveBySystem(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}
