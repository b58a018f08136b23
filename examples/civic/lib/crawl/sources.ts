/** What is read: one entry per part of a site. */
import { PermanentError, z } from 'daychain';
import { readJson, shownPath } from '../files.js';

/** The bundled site's own address. It is served on loopback; no request leaves the machine. */
export const SAMPLE_SITE = new URL('https://www.lanverec.example/');

const pattern = z.string().refine(isPattern, 'is no regular expression');

const sourceSchema = z.object({
  /** Names its folder. */
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'is no name: small letters, digits and _, a letter first'),
  url: z.url({ protocol: /^https?$/ }),
  description: z.string().default(''),
  /** `scrape` reads the address alone, `crawl` what it leads to as well. */
  method: z.enum(['crawl', 'scrape']).default('crawl'),
  /** Regular expressions for paths. None: every path is included. */
  include: z.array(pattern).default([]),
  exclude: z.array(pattern).default([]),
  maxDepth: z.number().int().min(0).max(20).default(3),
  maxPages: z.number().int().min(1).max(5_000).default(100),
  /** Documents it should have: fewer are warned of. */
  expected_count: z.number().int().min(0).nullable().default(null),
});
export type Source = z.output<typeof sourceSchema>;

/** @throws PermanentError that names the file and what is wrong in it */
export async function readSources(file: string): Promise<Source[]> {
  const parsed = z
    .array(sourceSchema)
    .min(1)
    .safeParse(await readJson(file));
  if (!parsed.success) throw new PermanentError(`${shownPath(file)} lists no sources. ${z.prettifyError(parsed.error)}`);
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new PermanentError(`${shownPath(file)} names the source ${twice} twice`);
  return parsed.data;
}

/** Those of the names given, or all. @throws PermanentError for a name there is not */
export function chooseSources(sources: Source[], names: readonly string[] | undefined): Source[] {
  const unknown = names?.find((name) => !sources.some((source) => source.name === name));
  if (unknown !== undefined) {
    throw new PermanentError(`there is no source ${unknown}; there are ${sources.map(({ name }) => name).join(', ')}`);
  }
  return names === undefined ? sources : sources.filter(({ name }) => names.includes(name));
}

/** A source for one address that no file names. */
export function sourceOf(url: string): Source {
  return sourceSchema.parse({ name: 'site', url });
}

/** Whether the source has this address: its own start always, others by their path. */
export function belongsTo(source: Pick<Source, 'url' | 'include' | 'exclude'>, url: URL): boolean {
  if (url.href === new URL(source.url).href) return true;
  const matches = (text: string) => new RegExp(text).test(url.pathname);
  return (source.include.length === 0 || source.include.some(matches)) && !source.exclude.some(matches);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
