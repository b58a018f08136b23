/** The head of the panel: what is open, in which form, and the way out. */
import type { DateView } from '../../../control/views/date-types.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { Link } from '../parts/link.js';
import { runParts, type Tab } from '../route.js';
import { useNow } from '../shell/clock.js';
import type { RunRoute } from './date-panel.js';

export interface PanelBarProps {
  route: RunRoute;
  heading: { current: HTMLHeadingElement | null };
  close: () => void;
  title: Pick<DateView, 'date' | 'timezone' | 'chain'> | null;
  tabs: readonly Tab[];
}

export function PanelBar({ route, heading, close, title, tabs }: PanelBarProps) {
  const { t, format } = useSpeech();
  const now = useNow(60_000);
  const { id, runKey } = runParts(route.run);
  const isDate = /^\d{8}/.test(runKey);
  const date = title?.date ?? runKey.slice(0, 8);
  const name = isDate ? format.date(date, dateIn(now, title?.timezone ?? 'UTC')) : runKey;
  return (
    <header class="panel-bar">
      <h3 id="panel-title" ref={heading} tabIndex={-1}>
        {name} <span class="quiet">{id}</span>
        {runKey.length > 8 && isDate && <span class="quiet"> {runKey}</span>}
      </h3>
      {tabs.length > 0 && (
        <nav class="tabs" aria-label={t.dateViews}>
          {tabs.map((tab) => (
            <Link key={tab} to={{ ...route, tab }} replace current={route.tab === tab}>
              {t[tab]}
            </Link>
          ))}
        </nav>
      )}
      <button type="button" class="verb panel-close" onClick={close}>
        {t.close}
      </button>
    </header>
  );
}
