/** A link within the page: an address for everybody, without a new page for a plain click. */
import type { ComponentChildren } from 'preact';
import { show } from '../location.js';
import { addressOf, type Route } from '../route.js';

export interface LinkProps {
  to: Route;
  class?: string;
  current?: boolean;
  /** What it is called, where its content does not say so; and what is told to who points at it. */
  label?: string;
  hint?: string;
  tabIndex?: number;
  'data-cell'?: string;
  /** Of a tab or a list: no step of its own in the history. */
  replace?: boolean;
  onFocus?: () => void;
  children: ComponentChildren;
}

export function Link({ to, current, label, hint, replace = false, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(to, replace);
  };
  return (
    <a
      href={addressOf(to)}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      title={hint}
      onClick={follow}
      {...rest}
    >
      {children}
    </a>
  );
}
