/** The sentences of notices. Pure: moments come in as texts. */
import type { NoticeFacts } from './notices.js';

/** `daily-chain 20260203 failed, the 3rd date in a row: task_a` */
export function failureTitle(id: string, runKey: string, failed: NoticeFacts['failed'], inARow: number, how: string): string {
  const names = failed.slice(0, 3).map(({ task }) => task);
  const more = failed.length > names.length ? ` and ${failed.length - names.length} more` : '';
  const of = names.length === 0 || (names.length === 1 && names[0] === id) ? '' : `: ${names.join(', ')}${more}`;
  return `${id} ${runKey} ${how}${inARow > 1 ? `, ${inARow} in a row` : ''}${of}`;
}

export function recoveryTitle(id: string, runKey: string, inARow: number): string {
  return `${id} ${runKey} succeeded again after ${inARow} failed ${inARow === 1 ? 'date' : 'dates'}`;
}

/** `by`: `07:15 Europe/Paris`. */
export function lateTitle(id: string, runKey: string, by: string): string {
  return `${id} ${runKey} is late: not done by ${by}`;
}

/** The usual text of a notice; its first line is the title. */
export function noticeText(facts: NoticeFacts): string {
  const { title, project, run, date, failed, detail, since, in_a_row: inARow, command, page } = facts;
  const row = inARow > 1 ? ` (${inARow} in a row)` : '';
  return [
    title,
    '',
    `project ${project}, date ${date}${run === null ? '' : `, run ${run}`}`,
    ...(detail === null ? [] : [detail]),
    ...failed.map(({ task, what, error }) => `${task}: ${what}${error === '' ? '' : `: ${error}`}`),
    ...(since === null ? [] : [`since ${since}${row}`]),
    '',
    `Why: ${command}`,
    ...(page === null ? [] : [`Look: ${page}`]),
  ].join('\n');
}

/** Placeholders of a template that is a text. */
export const PLACEHOLDERS = [
  'event',
  'project',
  'id',
  'kind',
  'date',
  'run_key',
  'run',
  'title',
  'detail',
  'failed',
  'since',
  'in_a_row',
  'command',
  'page',
  'at',
] as const;

/** Names in braces that are no placeholders. */
export function unknownPlaceholders(template: string): string[] {
  const named = [...template.matchAll(/\{([a-z_]+)\}/gi)].map(([, name]) => name!);
  return named.filter((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
}

/** Fills a template in; what is null becomes empty. */
export function fillTemplate(template: string, facts: NoticeFacts): string {
  return template.replaceAll(/\{([a-z_]+)\}/gi, (whole, name: string) => {
    if (!(PLACEHOLDERS as readonly string[]).includes(name)) return whole;
    if (name === 'failed') return facts.failed.map(({ task, what, error }) => `${task}: ${what}: ${error}`).join('\n');
    return String(facts[name as Exclude<keyof NoticeFacts, 'failed'>] ?? '');
  });
}
