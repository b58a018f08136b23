/** A schedule in the words of the schedulers before: `Every 90m`, `Cron: minute=30, hour=6`, `Once at …`. */
import type { Schedule, ScheduleForm } from '../../define/schedule-types.js';
import { durationMs } from '../../plan/duration.js';

/** @param sentence ours, where the old ones had no word for it */
export function legacyTrigger(schedule: Schedule, sentence: string): string {
  const forms = Array.isArray(schedule) ? (schedule as readonly ScheduleForm[]) : [schedule as ScheduleForm];
  return forms.map((form) => formText(form) ?? sentence).join('; ');
}

const CRON_FIELDS = ['minute', 'hour', 'day', 'month', 'day_of_week'];
const UNITS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
];

function formText(form: ScheduleForm): string | null {
  if (form.every !== undefined) return everyText(durationMs(form.every));
  if (form.at !== undefined) return `Once at ${[form.at].flat().join(', ')}`;
  if (form.cron !== undefined) return cronText(form.cron);
  if (form.daily !== undefined) return fieldsText(timeFields(form.daily));
  if (form.hourly !== undefined) return fieldsText({ minute: String(form.hourly.minute) });
  if (form.weekly !== undefined) {
    const on: readonly string[] = typeof form.weekly.on === 'string' ? [form.weekly.on] : form.weekly.on;
    const days = on.map((day) => day.slice(0, 3)).join(',');
    return fieldsText({ ...timeFields(form.weekly.at), day_of_week: days });
  }
  if (form.monthly !== undefined) return fieldsText({ ...timeFields(form.monthly.at), day: String(form.monthly.day) });
  if (form.yearly !== undefined) {
    const { at, day, month } = form.yearly;
    return fieldsText({ ...timeFields(at), day: String(day), month: String(month) });
  }
  return null;
}

function everyText(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms % length === 0) ?? ['s', 1_000];
  return `Every ${ms / size}${unit}`;
}

function cronText(cron: string): string {
  const words = cron.trim().split(/\s+/);
  if (words.length !== CRON_FIELDS.length) return `Cron: ${cron}`;
  return fieldsText(Object.fromEntries(words.flatMap((word, at) => (word === '*' ? [] : [[CRON_FIELDS[at]!, word]]))));
}

function timeFields(time: string): Record<string, string> {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return { minute: String(minute), hour: String(hour) };
}

function fieldsText(fields: Record<string, string>): string {
  const told = CRON_FIELDS.filter((name) => fields[name] !== undefined).map((name) => `${name}=${fields[name]}`);
  return `Cron: ${told.length === 0 ? 'minute=*' : told.join(', ')}`;
}
