import TurndownService from 'turndown';

/** What is used of a table's row; the browser's types are not loaded here. */
interface Row {
  parentNode: { nodeName: string };
  previousSibling: unknown;
  childNodes: { length: number };
}

const turndown = new TurndownService({ headingStyle: 'atx', bulletListMarker: '-', codeBlockStyle: 'fenced', emDelimiter: '_' });

// Without these rules the cells of a table run together.
turndown.addRule('cell', { filter: ['th', 'td'], replacement: (content) => ` ${oneLine(content)} |` });
turndown.addRule('row', {
  filter: 'tr',
  replacement(content, node) {
    const row = node as unknown as Row;
    const first = row.parentNode.nodeName === 'THEAD' || (row.parentNode.nodeName === 'TABLE' && row.previousSibling === null);
    return `|${content}\n${first ? `|${' --- |'.repeat(row.childNodes.length)}\n` : ''}`;
  },
});
turndown.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content });
turndown.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content.trim()}\n\n` });

/** HTML as Markdown: headings with `#`, lists with `-`, tables with pipes. Ends with a line break unless empty. */
export function toMarkdown(html: string): string {
  const text = turndown.turndown(html).trim();
  return text === '' ? '' : `${text}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}
