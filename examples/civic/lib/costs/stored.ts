/** The costs of a date as files, `costs.json` and `costs.md`; and those of the day before, made whole by the runs of the next date. */
import { join } from 'node:path';
import { readJson, shownPath, writeWhole } from '../files.js';
import type { CostAudit, CostRow } from './audit.js';

export interface StoredCosts extends CostAudit {
  /** The run of the next date that has counted what came after the last run of this one; null before. */
  completed_by: string | null;
}

/** Writes them whole. Returns where the figures are. */
export async function storeCosts(day: string, audit: CostAudit, completedBy: string | null = null): Promise<string> {
  const json = join(day, 'costs.json');
  await writeWhole(join(day, 'costs.md'), asMarkdown(audit));
  await writeWhole(json, { ...audit, completed_by: completedBy } satisfies StoredCosts);
  return shownPath(json);
}

/**
 * Writes the figures of a date that is over. Says whether this run is the one that tells of them: not where another run has told the
 * same, nor where there is nothing to tell. A later attempt of the run that did tells again, as its first one may not have lived to.
 */
export async function completeCosts(day: string, audit: CostAudit, taskId: string): Promise<boolean> {
  const known = await readJson<StoredCosts>(join(day, 'costs.json'));
  if (known === null && audit.queries === 0) return false;
  const isTold = known?.completed_by && known.completed_by !== taskId;
  if (isTold && known.queries === audit.queries && known.daily_usd === audit.daily_usd) return false;
  await storeCosts(day, audit, taskId);
  return true;
}

function asMarkdown({ daily_usd, by_model, by_day }: CostAudit): string {
  const table = (head: string, rows: CostRow[]) =>
    [
      `| ${head} | queries | USD |`,
      '| --- | ---: | ---: |',
      ...rows.map(({ name, queries, usd }) => `| ${name} | ${queries} | ${usd} |`),
      '',
    ].join('\n');
  return `# Costs: ${daily_usd} USD this day\n\n${table('model', by_model)}\n${table('day', by_day)}`;
}
