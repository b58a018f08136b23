/** The address bar as the page's only memory of what is shown. */
import { useEffect, useState } from 'preact/hooks';
import { addressOf, readAddress, type Route } from './route.js';

const listeners = new Set<() => void>();
const current = (): string => `${location.pathname}${location.search}`;

/** Shows another route. `replace`: without a step of its own in the history, as for tabs. */
export function show(route: Route, replace = false): void {
  const address = addressOf(route);
  if (address === current()) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  for (const tell of listeners) tell();
}

/** What the address bar says now, whether it is shown yet or not. */
export function currentRoute(): Route {
  return readAddress(current());
}

export function useRoute(): Route {
  const [address, setAddress] = useState(current);
  useEffect(() => {
    const read = (): void => setAddress(current());
    listeners.add(read);
    addEventListener('popstate', read);
    return () => {
      listeners.delete(read);
      removeEventListener('popstate', read);
    };
  }, []);
  return readAddress(address);
}
