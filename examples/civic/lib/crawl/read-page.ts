import * as cheerio from 'cheerio';
import { wordCount } from '../words.js';
import { toMarkdown } from './markdown.js';

export interface Page {
  title: string;
  description: string | null;
  language: string | null;
  /** Main content, without navigation and forms. */
  markdown: string;
  words: number;
  /** The address the page itself says it has. */
  canonical: URL | null;
  /** Addresses it links to, without fragments, each once, in order. Empty where the page forbids following. */
  links: URL[];
  /** The PDF files among them, which are listed and not read. */
  pdfs: { url: string; text: string }[];
  /** False where the page asks not to be stored (`noindex`). */
  mayStore: boolean;
}

const MAIN = ['main', '[role="main"]', 'article', 'body'];
const FURNITURE = 'script, style, noscript, template, nav, aside, form, iframe, svg';

/** Reads an HTML page: its main text as Markdown, and where it leads. */
export function readPage(html: string, url: URL): Page {
  const $ = cheerio.load(html);
  const robots = ($('meta[name="robots"]').attr('content') ?? '').toLowerCase();
  const base = parseUrl($('base[href]').attr('href'), url) ?? url;
  const all = /nofollow|none/.test(robots) ? new Map<string, string>() : linksOf($, base);
  const isPdf = (href: string) => new URL(href).pathname.toLowerCase().endsWith('.pdf');

  const place = MAIN.find((selector) => $(selector).length > 0) ?? 'body';
  const main = $(place).first();
  // Within the main part a header holds the title; around it, the logo and the menu.
  main.find(place === 'body' ? `${FURNITURE}, header, footer` : FURNITURE).remove();
  main.find('a[href]').each((_, a) => void $(a).attr('href', parseUrl($(a).attr('href'), base)?.href ?? null));
  const markdown = toMarkdown(main.html() ?? '');
  const heading = clean(main.find('h1').first().text());
  return {
    title: heading || clean($('title').first().text()) || url.pathname,
    description: $('meta[name="description"]').attr('content')?.trim() || null,
    language: $('html').attr('lang') ?? null,
    markdown,
    words: wordCount(main.text()),
    canonical: withoutFragment(parseUrl($('link[rel="canonical"]').attr('href'), base)),
    links: [...all.keys()].filter((href) => !isPdf(href)).map((href) => new URL(href)),
    pdfs: [...all].flatMap(([href, text]) => (isPdf(href) ? [{ url: href, text }] : [])),
    mayStore: !/noindex|none/.test(robots),
  };
}

/** Text of a page by the charset its header or its own head names; UTF-8 if neither does or the name is unknown. */
export function decodePage(body: Uint8Array, contentType: string): string {
  const head = new TextDecoder('latin1').decode(body.subarray(0, 1_024));
  const label = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** What an attribute says, as an absolute address; null for what is no http address. */
export function parseUrl(href: string | undefined, base: URL): URL | null {
  if (href === undefined || !URL.canParse(href, base.href)) return null;
  const url = new URL(href, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

/** Address → the words that link to it first. */
function linksOf($: cheerio.CheerioAPI, base: URL): Map<string, string> {
  const found = new Map<string, string>();
  for (const a of $('a[href]').toArray()) {
    if (/\bnofollow\b/.test($(a).attr('rel') ?? '')) continue;
    const url = withoutFragment(parseUrl($(a).attr('href'), base));
    if (url && !found.has(url.href)) found.set(url.href, clean($(a).text()));
  }
  return found;
}

function withoutFragment(url: URL | null): URL | null {
  if (url) url.hash = '';
  return url;
}

function clean(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
