/**
 * Asks the index that task_rag_indexing has made:
 *   npx tsx scripts/search.ts tarifs de la cantine [--date 20260203] [--limit 5] [--json]
 * Without a date the newest index answers. CIVIC_OUT as for the tasks. Ends with 1 where nothing is found, with 2 for a wrong question.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inProject } from '../lib/files.js';
import { openSearchIndex, type Hit } from '../lib/search/search-index.js';

process.exitCode = await search(process.argv.slice(2));

async function search(words: string[]): Promise<number> {
  const options = {
    date: { type: 'string' },
    limit: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  } as const;
  let given;
  try {
    given = parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { values, positionals } = given;
  const limit = Number(values.limit);
  if (positionals.length === 0) return refuse('no words were given. For example: npx tsx scripts/search.ts tarifs de la cantine');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    return refuse(`--limit is ${values.limit}: expected a number from 1 to 100.`);
  if (values.date !== undefined && !/^\d{8}$/.test(values.date)) return refuse(`--date is ${values.date}: expected 20260203.`);

  const out = process.env.CIVIC_OUT ? resolve(process.env.CIVIC_OUT) : inProject('out');
  const index = await newestIndex(out, values.date);
  if (index === null) {
    const date = values.date ?? 'any date';
    return refuse(
      `there is no index of ${date} in ${out}. Make one: npx daychain run task_firecrawl --wait, then task_rag_indexing`,
    );
  }
  const hits = index.search(positionals.join(' '), limit);
  if (values.json) console.log(JSON.stringify(hits, null, 2));
  else for (const hit of hits) console.log(shown(hit));
  if (hits.length === 0 && !values.json) console.log('Nothing was found.');
  return hits.length === 0 ? 1 : 0;
}

async function newestIndex(out: string, date: string | undefined): ReturnType<typeof openSearchIndex> {
  const dates =
    date === undefined
      ? (await readdir(out).catch(() => []))
          .filter((name) => /^\d{8}$/.test(name))
          .sort()
          .reverse()
      : [date];
  for (const one of dates) {
    const index = await openSearchIndex(join(out, one, 'search.json'));
    if (index !== null) return index;
  }
  return null;
}

function shown({ title, heading, url, text }: Hit): string {
  const where = heading === title ? title : `${title}: ${heading}`;
  return `${where}\n  ${url}\n  ${text.length <= 160 ? text : `${text.slice(0, 157)}...`}\n`;
}

function refuse(message: string): number {
  console.error(message);
  return 2;
}
