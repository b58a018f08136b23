/** What is answered to one line of `preview --batch`. */
import { BadInput } from '../../control/errors.js';
import { readFrom, readSpec, readTo, shownSlot, slotsOf, type ShownSlot } from '../../control/preview-request.js';

const FIELDS = ['spec', 'timezone', 'from', 'to'];

/** @throws BadInput in words that name the field and the value */
export function answerTo(request: object): { slots: ShownSlot[] } {
  const question = request as Record<string, unknown>;
  const missing = FIELDS.filter((field) => question[field] === undefined);
  if (missing.length > 0) throw new BadInput(`${missing.join(', ')}: missing; expected id, ${FIELDS.join(', ')}`);
  const { spec, timezone, from: fromText, to: toText } = question;
  const compiled = readSpec(spec, timezone);
  const from = readFrom(fromText, compiled.timezone);
  const to = readTo(toText, compiled.timezone, from, fromText);
  return { slots: slotsOf(compiled, from, to).map((slot) => shownSlot(slot, compiled.timezone)) };
}
