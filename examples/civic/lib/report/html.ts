import type { Block, Cell, DayReport } from './day-report.js';

/** The report as one HTML page: no script, nothing fetched, light and dark, printable. All texts are escaped. */
export function toHtmlReport(report: DayReport): string {
  return `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(report.title)}, ${escape(report.subtitle)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="date">${escape(report.subtitle)}</p>
<h1>${escape(report.title)}</h1>
<p class="summary${report.complete ? '' : ' incomplete'}">${escape(report.summary)}</p>
</header>
${report.sections.map(({ title, blocks }) => `<section>\n<h2>${escape(title)}</h2>\n${blocks.map(block).join('\n')}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}

function block(part: Block): string {
  switch (part.kind) {
    case 'text':
      return `<p>${escape(part.text)}</p>`;
    case 'note':
      return `<p class="note">${escape(part.text)}</p>`;
    case 'list':
      return `<ul>${part.items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const head = part.head.map((name) => `<th scope="col">${escape(name)}</th>`).join('');
      const rows = part.rows.map((cells) => `<tr>${cells.map((content) => `<td>${cell(content)}</td>`).join('')}</tr>`);
      return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
    }
  }
}

function cell(content: Cell): string {
  if (typeof content === 'string') return escape(content);
  if ('share' in content) {
    return `<span class="bar" style="width:${(content.share * 12).toFixed(2)}rem"></span> ${escape(content.text)}`;
  }
  // Only web addresses become links: a crawled page may name any other scheme.
  if (!/^https?:\/\//.test(content.href)) return escape(content.text);
  return `<a href="${escape(content.href)}" rel="noreferrer">${escape(content.text)}</a>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { --ink: #23262b; --quiet: #62676f; --paper: #fbfaf7; --line: #dcd9d2; --mark: #2f6f73; --warn: #8a4b08; --warn-paper: #fdf1df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e2dd; --quiet: #a2a5aa; --paper: #17191c; --line: #34383d; --mark: #7cc0c3; --warn: #f0bd7a; --warn-paper: #33281a; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 Charter, 'Iowan Old Style', Georgia, serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
.date { margin: 0; color: var(--quiet); }
.date::first-letter { text-transform: uppercase; }
h1 { margin: 0 0 .75rem; font-size: 2.1rem; line-height: 1.2; font-weight: 600; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; font-weight: 600; }
.summary { font-size: 1.15rem; }
.note, .incomplete { padding: .6rem .9rem; border-left: 3px solid var(--warn); background: var(--warn-paper); color: var(--warn); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin: 1rem 0; font-size: .95rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--quiet); }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.bar { display: inline-block; height: .6rem; border-radius: 2px; background: var(--mark); }
a { color: var(--mark); text-underline-offset: .15em; overflow-wrap: anywhere; }
@media print { body { background: none; } .wide { overflow: visible; } }
`;
