/** A notice that tells of nothing: for trying targets and templates. */
import type { NoticeFacts } from '../plan/notices.js';
import type { Registry } from '../registry/index.js';
import { dashed } from '../time/dates.js';
import { localDate } from '../time/zones.js';

export interface TestedProject {
  registry: Registry;
  zoneOf(id: string): string;
  config: { pageUrl: string | null };
}

/** `now` in epoch milliseconds. */
export function testFacts({ registry, config, zoneOf }: TestedProject, id: string, now: number): NoticeFacts {
  const zone = zoneOf(id);
  const date = localDate(now, zone);
  return {
    event: 'test',
    project: registry.project.name,
    id,
    kind: registry.chain(id) === undefined ? 'task' : 'chain',
    date,
    run_key: date,
    run: null,
    title: `A test of the notices of ${registry.project.name}`,
    detail: `Sent by hand on ${dashed(date)}: nothing has failed, nothing is late.`,
    failed: [],
    since: null,
    in_a_row: 0,
    command: 'daychain notices',
    page: config.pageUrl,
    at: new Date(now).toISOString(),
  };
}
