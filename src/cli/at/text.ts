/** How one-shots are told. */
import type { OneShotView } from '../../control/one-shot-view.js';
import { whenText, whenTextWithZone } from '../../control/when-text.js';

/** `tomorrow 08:00 Europe/Paris`, with seconds where there are some. */
export function atText(instant: string, zone: string, now: number): string {
  return whenTextWithZone(instant, zone, now, hasSeconds(instant));
}

/** The same without its zone. */
export function bareAtText(instant: string, zone: string, now: number): string {
  return whenText(instant, zone, now, hasSeconds(instant));
}

function hasSeconds(instant: string): boolean {
  return !/:00(?:\.0+)?Z$/.test(instant);
}

/** Why it is not simply waiting for its instant; null where it is. `now` in epoch milliseconds. */
export function stateText({ state, held, run }: OneShotView, zone: string, now: number): string | null {
  switch (state) {
    case 'held': {
      const until = held === null ? '' : ` until ${whenText(new Date(held.until).toISOString(), zone, now)}`;
      return `held by ${held?.by ?? 'unknown'}${held?.reason ? `: "${held.reason}"` : ''}${until}`;
    }
    case 'due':
      return 'due; no worker has taken it yet';
    case 'running':
      return `running: daychain show ${run}`;
    default:
      return null;
  }
}
