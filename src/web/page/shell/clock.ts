/** The present, for what is shown of it: one tick for the whole page. */
import { useEffect, useState } from 'preact/hooks';

/** Epoch milliseconds, anew every `everyMs` while `moving`; a hidden page does not tick. */
export function useNow(everyMs: number, moving = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!moving) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, moving]);
  return now;
}
