import type { RedisStores, RedisStoresOptions } from './redis-stores.js';

/** The application's data as the project's own clients find it. `prefix`: the project's, before every key. */
export function clientRedis(stores: RedisStores, options: RedisStoresOptions, prefix: string) {
  const { url, host, port, username, password, tls } = options;
  const given = Object.entries({ url, host, port, username, password, tls }).filter(([, value]) => value !== undefined);
  return {
    address: stores.app.address,
    prefix: prefix + stores.appPrefix,
    connect: { ...(Object.fromEntries(given) as typeof options), database: stores.appDatabase },
    send: (words: readonly string[]) => stores.app.send(words),
  };
}
