/** Keys that work everywhere on the page, unless something is being typed. */
import { useEffect } from 'preact/hooks';
import { currentRoute, show } from '../location.js';
import { type Route, wayBack } from '../route.js';

export const FIND_ID = 'find';

const VIEWS: Record<string, Route> = {
  c: { view: 'grid', chain: null },
  n: { view: 'next', range: 'day' },
  b: { view: 'backfills' },
  '?': { view: 'help' },
};

/** They go by the address, not by what is drawn: a second press may come before the first one's effect is. */
export function usePageKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const view = VIEWS[event.key];
      const back = event.key === 'Escape' ? wayBack(currentRoute()) : null;
      if (event.key === '/') document.getElementById(FIND_ID)?.focus();
      else if (view !== undefined) show(view);
      else if (back !== null) show(back);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

/** Whether keys are somebody's text. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}
