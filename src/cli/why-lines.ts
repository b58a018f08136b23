/** The screen of an answer to "why". */
import type { WhyView } from '../control/why-view.js';
import type { Output } from './output.js';
import { labelled, padded, widthOf, wrapped } from './table.js';

/** The sentence, what belongs to it, and the commands that would unblock it. */
export function whyLines(out: Output, { sentence, details, commands }: WhyView): string[] {
  const labelWidth = Math.min(32, Math.max(0, ...details.map(({ label }) => widthOf(label)))) + 3;
  const textWidth = Math.max(0, ...commands.map(({ text }) => widthOf(text))) + 4;
  return [
    ...wrapped(sentence, out.width),
    ...details.flatMap(({ label, text }) => labelled(label, text, { labelWidth, width: out.width })),
    ...(commands.length > 0 ? [''] : []),
    // A command is typed or copied whole: it is never broken.
    ...commands.map(({ text, command }) => `${padded(`${text}:`, textWidth)}${command}`),
  ];
}
