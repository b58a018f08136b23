/** What `up` says while it starts. */
import type { Gap } from '../../control/gaps.js';
import { syncProject } from '../../schedules.js';
import { gapText } from '../gap-text.js';
import type { Output } from '../output.js';
import { scheduleText } from '../schedule-text.js';
import type { Project, ServerSession } from '../session.js';
import { labelled, padded, widthOf } from '../table.js';
import type { UpServers } from './servers.js';

/** The column of labels. */
export const SCREEN = { labelWidth: 11, indent: 2 };

/** Time to readiness stands here, if the line is short enough. */
const READY_COLUMN = 86;

export function sayServers(out: Output, { lines }: UpServers): void {
  const width = Math.max(...lines.map(({ address }) => widthOf(address))) + 3;
  for (const { label, address, what, readyMs } of lines) {
    const text = `${padded(address, width)}${what}`;
    const [first = '', ...rest] = labelled(label, text, { ...SCREEN, width: Math.min(out.width, READY_COLUMN - 3) });
    out.say(readyMs === null ? first : `${padded(first, READY_COLUMN)}${`${(readyMs / 1_000).toFixed(1)} s`}`);
    for (const line of rest) out.say(line);
  }
}

/** Syncs, unless a file is broken: then what is on the server stays as it is. */
export async function saySchedules(out: Output, project: Project, session: ServerSession): Promise<void> {
  const { registry } = project;
  const say = (label: string, text: string) => {
    for (const line of labelled(label, text, { ...SCREEN, width: out.width })) out.say(line);
  };
  if (registry.problems.length > 0) {
    const files = [...new Set(registry.problems.map(({ file }) => file))];
    say('schedules', `not synced, because of problems in ${files.join(', ')}: daychain check`);
    return;
  }
  const steps = await syncProject(session.server, registry);
  const width = Math.max(0, ...steps.map(({ id }) => widthOf(id))) + 3;
  steps.forEach((step, at) => {
    const text = scheduleText(step, project.zoneOf(step.id), Date.now());
    say(at === 0 ? 'schedules' : '', `${padded(step.id, width)}${text}`);
  });
}

/** What fell due while nothing ran here, before it is caught up. */
export function sayGaps(out: Output, gaps: readonly Gap[]): void {
  const now = Date.now();
  gaps.forEach((gap, at) => {
    const text = `${gap.id}: ${gapText(gap, now)}`;
    for (const line of labelled(at === 0 ? 'catch-up' : '', text, { ...SCREEN, width: out.width })) out.say(line);
  });
}
