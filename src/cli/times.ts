/** Instants as people read them: the layer below says them in the same words. */
export { clockText, dayText, isShownInUtc, showUtc, shownZone, whenText, whenTextWithZone } from '../control/when-text.js';
