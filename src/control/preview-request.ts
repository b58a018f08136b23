/** One question for slots: a schedule, a zone, a window. */
import { BadInput } from './errors.js';
import { isZone, properZone, zoneNames, instantText, localInstantText } from '../time/zones.js';
import { nearest, shown } from '../registry/problems.js';
import { endOfWindow, startOfWindow } from '../time/instants.js';
import { compileSchedule, type CompiledSchedule } from '../time/schedule.js';
import { dueBetween, readySchedule, type DueSlot } from '../time/due.js';
import { DAY_MS } from '../time/days.js';
import { dateOf } from '../time/dates.js';

/** More slots than anybody reads, and as many as the memory of a small machine holds. */
const MOST_SLOTS = 1_000_000;
const YEARS_SEARCHED = 100;

export interface ShownSlot {
  /** In UTC. */
  nominal: string;
  /** With its offset. */
  local: string;
  /** `YYYYMMDD` */
  date: string;
}

/** A schedule in a zone. @throws BadInput */
export function readSpec(spec: unknown, timezone: unknown): CompiledSchedule {
  const zone = readZone(timezone);
  const { compiled, problems } = compileSchedule(spec, zone);
  if (compiled) return compiled;
  const texts = problems.map(({ field, value, message, typo }) => {
    const name = field === '' ? 'spec' : field.startsWith('[') ? `spec${field}` : `spec.${field}`;
    const suggestion = typo ? nearest(typo.word, typo.known) : null;
    return told(name, value, suggestion === null ? message : `${message}. Did you mean ${suggestion}?`);
  });
  throw new BadInput(texts.join('\n'));
}

/** An IANA zone in its proper spelling. @throws BadInput */
export function readZone(value: unknown): string {
  if (typeof value !== 'string') throw new BadInput(told('timezone', value, `${shown(value)} is no time zone`));
  if (isZone(value)) return value;
  const suggestion = properZone(value) ?? nearest(value, zoneNames());
  throw new BadInput(`timezone: ${shown(value)} is no time zone${suggestion === null ? '' : `. Did you mean ${suggestion}?`}`);
}

/** Where a window begins: a date with its first instant, or an instant. Epoch milliseconds. @throws BadInput */
export function readFrom(value: unknown, zone: string): number {
  return readEnd('from', value, (text) => startOfWindow(text, zone));
}

/** Where it ends: a date with its last instant, or an instant. @throws BadInput, also for an end before the beginning */
export function readTo(value: unknown, zone: string, from: number, fromText: unknown): number {
  const to = readEnd('to', value, (text) => endOfWindow(text, zone));
  if (to < from) throw new BadInput(`to: ${shown(value)} lies before from, ${shown(fromText)}`);
  return to;
}

/** The slots of a window, by their instants: of texts there would be too many. @throws BadInput where they are too many */
export function slotsOf(compiled: CompiledSchedule, from: number, to: number): DueSlot[] {
  const slots: DueSlot[] = [];
  for (const slot of dueBetween(readySchedule(compiled), from, to)) {
    if (slots.length === MOST_SLOTS) {
      throw new BadInput(
        `to: there are more than ${MOST_SLOTS.toLocaleString('en')} slots in that window; ask for a shorter one`,
      );
    }
    slots.push(slot);
  }
  return slots;
}

/** The first slots from an instant on, of the next 100 years. */
export function nextDue(compiled: CompiledSchedule, from: number, count: number): DueSlot[] {
  const slots: DueSlot[] = [];
  for (const slot of dueBetween(readySchedule(compiled), from, from + YEARS_SEARCHED * 366 * DAY_MS)) {
    if (slots.push(slot) === count) break;
  }
  return slots;
}

export function shownSlot({ at, day }: DueSlot, zone: string): ShownSlot {
  return { nominal: instantText(at), local: localInstantText(at, zone), date: dateOf(day) };
}

function readEnd(field: string, value: unknown, read: (text: string) => number): number {
  if (typeof value !== 'string') throw new BadInput(told(field, value, `${shown(value)} is neither a date nor an instant`));
  try {
    return read(value);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(told(field, value, error.message));
    throw error;
  }
}

/** Field, value and message; the value is not repeated where the message has it. */
function told(field: string, value: unknown, message: string): string {
  const text = shown(value);
  const named = message.includes(text) || (typeof value === 'string' && message.includes(value));
  return named || value === undefined ? `${field}: ${message}` : `${field} ${text}: ${message}`;
}
