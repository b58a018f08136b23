/** Addresses that a site makes up without end: calendars, filters, relative links that pile up. Pure but for what it has seen. */

const LONGEST_ADDRESS = 2_000;
const DEEPEST_PATH = 15;
/** How often one part may stand in a path: `/a/b/a/b/a` is a link that repeats itself. */
const SAME_PART = 2;
/** Addresses of one path that differ in their query alone. */
const QUERIES_OF_A_PATH = 30;

/** Answers whether an address is one too many; remembers those that are not. */
export function createTrapWatch(): (url: URL) => boolean {
  const queries = new Map<string, number>();
  return (url) => {
    const parts = url.pathname.split('/').filter((part) => part !== '');
    if (url.href.length > LONGEST_ADDRESS || parts.length > DEEPEST_PATH) return true;
    if (parts.some((part) => parts.filter((other) => other === part).length > SAME_PART)) return true;
    if (url.search === '') return false;
    const count = (queries.get(url.pathname) ?? 0) + 1;
    queries.set(url.pathname, count);
    return count > QUERIES_OF_A_PATH;
  };
}
