/** Tells a screen reader what has changed in the grid since the last look: chains always, tasks where they failed. */
import { useEffect, useRef } from 'preact/hooks';
import type { GridView } from '../../../control/views/grid-types.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { useAnnounce } from '../shell/announce.js';
import { changesBetween } from './changes.js';

/** More than this at once is news nobody can follow. */
const MOST_TOLD = 3;

export function useChangesTold(view: GridView | null): void {
  const { t, format } = useSpeech();
  const announce = useAnnounce();
  const before = useRef<GridView | null>(null);
  useEffect(() => {
    const changes = before.current === null || view === null ? [] : changesBetween(before.current, view);
    before.current = view ?? before.current;
    if (changes.length === 0) return;
    const now = Date.now();
    const told = changes
      .slice(0, MOST_TOLD)
      .map(({ id, date, timezone, state }) => `${id} ${format.date(date, dateIn(now, timezone))} ${t.state[state]}`);
    announce(t.changed(told.join('; ')));
  }, [view]);
}
