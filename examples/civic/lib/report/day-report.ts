/** The report as plain data: what there is to say, before any markup. */
import { CATEGORIES, type Category } from '../contributions.js';
import type { CrawlIndex } from '../crawl/stored.js';
import type { IndexCounts } from '../search/search-index.js';
import type { ValidationRecord, Validations } from '../validations.js';
import { CATEGORY_NAMES, CHANGE_NAMES, counted, failureName, longDate, percent, VIOLATION_NAMES } from './french.js';
import type { Part } from './part.js';

export type Cell = string | { text: string; href: string } | { share: number; text: string };

export type Block =
  | { kind: 'text'; text: string }
  /** Something a reader must not overlook. */
  | { kind: 'note'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: Cell[][] };

export interface Section {
  title: string;
  blocks: Block[];
}

export interface DayReport {
  title: string;
  subtitle: string;
  complete: boolean;
  summary: string;
  sections: Section[];
}

export interface DayParts {
  crawl: { part: Part; data: CrawlIndex | null };
  contributions: { part: Part; data: Validations | null };
  search: { part: Part; data: IndexCounts | null };
}

/** Puts the day together. Deterministic: the same files give the same report. */
export function composeDay(date: string, parts: DayParts): DayReport {
  const steps: [string, Part][] = [
    ['Lecture du site', parts.crawl.part],
    ['Examen des contributions', parts.contributions.part],
    ['Index de recherche', parts.search.part],
  ];
  const missing = steps.filter(([, { state }]) => state === 'missing');
  return {
    title: 'Rapport du jour',
    subtitle: longDate(date),
    complete: missing.length === 0,
    summary:
      missing.length === 0
        ? 'Toutes les étapes de la journée ont abouti.'
        : `Ce rapport est incomplet. Il y manque : ${missing.map(([name]) => name.toLowerCase()).join(', ')}.`,
    sections: [
      {
        title: 'Étapes',
        blocks: [{ kind: 'table', head: ['Étape', 'État'], rows: steps.map(([name, { told }]) => [name, told]) }],
      },
      {
        title: 'Contributions',
        blocks: parts.contributions.data ? contributions(parts.contributions.data) : gap(parts.contributions.part),
      },
      { title: 'Site de la commune', blocks: parts.crawl.data ? site(parts.crawl.data) : gap(parts.crawl.part) },
      { title: 'Recherche', blocks: parts.search.data ? search(parts.search.data) : gap(parts.search.part) },
    ],
  };
}

function gap({ state, told }: Part): Block[] {
  return [{ kind: state === 'missing' ? 'note' : 'text', text: `Étape ${told}.` }];
}

/** Approvals the rules are less sure of than this are for a person to read first. */
const SURE = 0.6;

function contributions({ validations, unchecked }: Validations): Block[] {
  const valid = validations.filter(({ is_valid }) => is_valid);
  const sure = valid.filter(({ confidence }) => confidence >= SURE);
  const flagged = validations.filter(({ is_valid }) => !is_valid);
  const blocks: Block[] = [
    {
      kind: 'text',
      text:
        `${counted(validations.length, 'contribution examinée', 'contributions examinées')} par des règles automatiques : ` +
        `${counted(valid.length, 'conforme')} à la charte, ${counted(flagged.length, 'signalée')}. Une personne décide.`,
    },
  ];
  if (unchecked.length > 0)
    blocks.push({ kind: 'note', text: `Non examinées, donc ni acceptées ni refusées : ${unchecked.join(', ')}.` });
  if (valid.length > 0) blocks.push({ kind: 'table', head: ['Thème', 'Conformes'], rows: themes(valid) });
  if (sure.length > 0) {
    const rows = sure.map(({ id, title, idees_ameliorations, confidence }): Cell[] => [
      id,
      title,
      cut(idees_ameliorations),
      percent(confidence),
    ]);
    blocks.push({ kind: 'table', head: ['N°', 'Constat', 'Idée', 'Confiance'], rows });
  }
  // Without their words: a report must not spread the insult or the advertisement it warns of.
  const withheld = [...flagged, ...valid.filter((record) => !sure.includes(record))];
  if (withheld.length > 0) {
    const rows = withheld.map(({ id, violations, confidence }): Cell[] => [
      id,
      violations.map((violation) => VIOLATION_NAMES[violation]).join(', ') || 'conforme selon les règles, mais incertain',
      percent(confidence),
    ]);
    blocks.push(
      { kind: 'text', text: 'À relire, textes non reproduits :' },
      { kind: 'table', head: ['N°', 'Motif', 'Confiance'], rows },
    );
  }
  return blocks;
}

function themes(valid: ValidationRecord[]): Cell[][] {
  const count = (category: Category | null) =>
    valid.filter((record) => (record.category ?? record.suggested_category) === category).length;
  const rows = CATEGORIES.map((category) => ({ name: CATEGORY_NAMES[category], count: count(category) }));
  rows.push({ name: 'Sans thème', count: count(null) });
  const most = Math.max(...rows.map((row) => row.count));
  return rows
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count)
    .map((row) => [row.name, { share: row.count / most, text: String(row.count) }]);
}

function site(crawl: CrawlIndex): Block[] {
  const words = crawl.documents.reduce((sum, document) => sum + document.words, 0);
  const blocks: Block[] = [
    {
      kind: 'text',
      text: `${counted(crawl.total_pages, 'page lue', 'pages lues')} sur ${crawl.base_url}, ${counted(crawl.documents.length, 'document conservé', 'documents conservés')}, ${counted(words, 'mot')}.`,
    },
  ];
  const { sources, pdfs } = crawl;
  if (sources.length > 1) {
    const rows = sources.map(({ description, source, total_pages, expected_count }): Cell[] => [
      description || source,
      counted(total_pages, 'page'),
      expected_count === null ? '–' : String(expected_count),
    ]);
    blocks.push({ kind: 'table', head: ['Source', 'Lues', 'Attendues'], rows });
  }
  for (const { source, stopped_by, unread } of sources) {
    if (stopped_by === null) continue;
    const text = `Lecture de ${source} arrêtée (${stopped_by}) : ${counted(unread, 'adresse connue', 'adresses connues')} sans lecture.`;
    blocks.push({ kind: 'note', text });
  }
  if (pdfs.length > 0) {
    const rows = pdfs.map(({ url, text, linked_from }): Cell[] => [link(url, text || path(url)), path(url), path(linked_from)]);
    blocks.push(
      { kind: 'text', text: 'Fichiers PDF, non lus :' },
      { kind: 'table', head: ['Fichier', 'Adresse', 'Citée par'], rows },
    );
  }
  if (crawl.failures.length > 0) {
    blocks.push({ kind: 'text', text: 'Adresses en défaut :' });
    const rows = crawl.failures.map(({ url, reason, linked_from }): Cell[] => [
      link(url, path(url)),
      failureName(reason),
      linked_from ? link(linked_from, path(linked_from)) : '–',
    ]);
    blocks.push({ kind: 'table', head: ['Adresse', 'Réponse', 'Citée par'], rows });
  }
  if (crawl.skipped_by_robots.length > 0) {
    blocks.push(
      { kind: 'text', text: 'Laissées de côté à la demande du site (robots.txt) :' },
      { kind: 'list', items: crawl.skipped_by_robots.map(path) },
    );
  }
  const rows = crawl.documents.map(({ url, title, words: length, change }): Cell[] => [
    link(url, title),
    path(url),
    counted(length, 'mot'),
    CHANGE_NAMES[change],
  ]);
  blocks.push({ kind: 'table', head: ['Page', 'Adresse', 'Longueur', 'État'], rows });
  return blocks;
}

function search({ documents_indexed, passages_indexed, terms }: IndexCounts): Block[] {
  const text = `${counted(documents_indexed, 'document')}, ${counted(passages_indexed, 'passage')} et ${counted(terms, 'terme')} sont consultables.`;
  return [{ kind: 'text', text }];
}

function link(href: string, text: string): Cell {
  return { href, text };
}

function path(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url;
}

function cut(text: string, most = 160): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/\s+\S*$/, '')}…`;
}
