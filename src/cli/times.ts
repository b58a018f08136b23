/** Instants as people read them: the layer below says them in the same words. */
export { clockText, dayText, showUtc, shownZone, whenText } from '../control/when-text.js';
