/** Which success keys are meant, as options. */
import type { Command } from 'commander';
import type { KeyChoice } from '../../control/success-keys.js';
import { addDays } from '../../time/dates.js';
import { localDate } from '../../time/zones.js';
import { readDays } from '../ages.js';
import { collected } from '../collected.js';
import { readDate } from '../../control/run-words.js';
import type { Project } from '../session.js';

export interface ChoiceOptions {
  task: string[];
  date: string[];
  olderThan?: string;
}

export function withChoice(command: Command): Command {
  return command
    .option('--task <task>', 'of this task; "*" stands for any letters (may be repeated)', collected, [])
    .option('--date <date>', 'of this date, or a pattern like "202602*" (may be repeated)', collected, [])
    .option('--older-than <days>', 'only of dates further back, like 30d');
}

/** `now` in epoch milliseconds. @throws BadInput for what is no date and no pattern */
export function choiceOf(options: ChoiceOptions, { registry }: Project, now: number): KeyChoice {
  const { timezone } = registry.project;
  const { task, date, olderThan } = options;
  const dates = date.map((text) => (text.includes('*') || text.includes('T') ? text : readDate(text, timezone, now)));
  return {
    ...(task.length > 0 ? { tasks: task } : {}),
    ...(dates.length > 0 ? { dates } : {}),
    ...(olderThan === undefined ? {} : { before: addDays(localDate(now, timezone), -readDays(olderThan, '--older-than')) }),
  };
}
