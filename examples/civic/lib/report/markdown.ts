import type { Block, Cell, DayReport } from './day-report.js';

/** The report as Markdown. Citizens' and pages' texts are escaped: they cannot become markup. */
export function toMarkdownReport(report: DayReport): string {
  const head = `# ${escape(report.title)}\n\n${escape(report.subtitle)}\n\n**${escape(report.summary)}**\n`;
  const sections = report.sections.map(({ title, blocks }) => `## ${escape(title)}\n\n${blocks.map(block).join('\n\n')}\n`);
  return [head, ...sections].join('\n');
}

function block(part: Block): string {
  switch (part.kind) {
    case 'text':
      return escape(part.text);
    case 'note':
      return `> ${escape(part.text)}`;
    case 'list':
      return part.items.map((item) => `- ${escape(item)}`).join('\n');
    case 'table':
      return [
        row(part.head),
        row(
          part.head.map(() => '---'),
          String,
        ),
        ...part.rows.map((cells) => row(cells)),
      ].join('\n');
  }
}

function row(cells: Cell[], write: (cell: Cell) => string = cell): string {
  return `| ${cells.map((one) => write(one)).join(' | ')} |`;
}

function cell(content: Cell): string {
  if (typeof content === 'string') return escape(content);
  if ('href' in content && /^https?:\/\//.test(content.href)) {
    return `[${escape(content.text)}](<${content.href.replace(/[<>\s|]/g, encodeURIComponent)}>)`;
  }
  return escape(content.text);
}

function escape(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~&]/g, '\\$&');
}
