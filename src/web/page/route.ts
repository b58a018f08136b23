/** The page's addresses: what each shows, both ways. No state that matters lives anywhere else. */

export type Tab = 'graph' | 'timeline' | 'log';

/** How far ahead what is next is shown. */
export type Range = 'day' | 'week';

export type Route =
  /** All chains, or one of them. */
  | { view: 'grid'; chain: string | null }
  /** A date of a chain, or a task's own run, opened under its grid. `task` is the chosen one of a chain. */
  | { view: 'run'; run: string; task: string | null; tab: Tab }
  | { view: 'next'; range: Range }
  | { view: 'backfills' }
  | { view: 'backfill'; id: string }
  | { view: 'help' }
  | { view: 'nowhere'; path: string };

const TABS: readonly string[] = ['graph', 'timeline', 'log'];

/** @param address path and query, like `/runs/daily-chain:20261118?task=task_a` */
export function readAddress(address: string): Route {
  const [path = '', query = ''] = address.split('?', 2);
  const [first = '', second, ...more] = path.split('/').filter(Boolean).map(decoded);
  const nowhere: Route = { view: 'nowhere', path };
  if (more.length > 0) return nowhere;
  switch (first) {
    case '':
      return { view: 'grid', chain: null };
    case 'chains':
      return { view: 'grid', chain: second ?? null };
    case 'runs': {
      if (second === undefined) return { view: 'grid', chain: null };
      const asked = new URLSearchParams(query);
      const tab = asked.get('tab') ?? '';
      return { view: 'run', run: second, task: asked.get('task') || null, tab: TABS.includes(tab) ? (tab as Tab) : 'graph' };
    }
    case 'next':
      if (second !== undefined) return nowhere;
      return { view: 'next', range: new URLSearchParams(query).get('range') === 'week' ? 'week' : 'day' };
    case 'help':
      return second === undefined ? { view: 'help' } : nowhere;
    case 'backfills':
      return second === undefined ? { view: 'backfills' } : { view: 'backfill', id: second };
    default:
      return nowhere;
  }
}

export function addressOf(route: Route): string {
  switch (route.view) {
    case 'grid':
      return route.chain === null ? '/' : `/chains/${encoded(route.chain)}`;
    case 'run': {
      const asked = new URLSearchParams();
      if (route.task !== null) asked.set('task', route.task);
      if (route.tab !== 'graph') asked.set('tab', route.tab);
      const query = asked.toString();
      return `/runs/${encoded(route.run)}${query === '' ? '' : `?${query}`}`;
    }
    case 'next':
      return route.range === 'day' ? '/next' : `/next?range=${route.range}`;
    case 'backfill':
      return `/backfills/${encoded(route.id)}`;
    case 'nowhere':
      return route.path;
    default:
      return `/${route.view}`;
  }
}

/** Where Escape leads: one step out. Null at the outermost. */
export function wayBack(route: Route): Route | null {
  switch (route.view) {
    case 'grid':
      return route.chain === null ? null : { view: 'grid', chain: null };
    case 'run':
      return route.task === null ? { view: 'grid', chain: null } : { ...route, task: null };
    case 'backfill':
      return { view: 'backfills' };
    default:
      return { view: 'grid', chain: null };
  }
}

/** `daily-chain:20261118` in its two parts; the key is empty where there is none. */
export function runParts(run: string): { id: string; runKey: string } {
  const colon = run.indexOf(':');
  return colon < 0 ? { id: run, runKey: '' } : { id: run.slice(0, colon), runKey: run.slice(colon + 1) };
}

/** A colon may stand in a path, and reads better than %3A. */
const encoded = (part: string): string => encodeURIComponent(part).replaceAll('%3A', ':');

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
