export interface Passage {
  /** The heading it stands under; the page's title before the first one. */
  heading: string;
  text: string;
}

/** Cuts a Markdown page at its headings. Passages without text are left out. */
export function passagesOf(markdown: string, title: string): Passage[] {
  const passages: Passage[] = [];
  let heading = title;
  let lines: string[] = [];
  const close = () => {
    const text = plain(lines.join('\n'));
    if (text !== '') passages.push({ heading, text });
    lines = [];
  };
  for (const line of markdown.split('\n')) {
    const found = /^#{1,6}\s+(.+)$/.exec(line)?.[1];
    if (found === undefined) lines.push(line);
    else {
      close();
      heading = plain(found);
    }
  }
  close();
  return passages;
}

function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*\|[ |-]+\|\s*$/gm, ' ')
    .replace(/\\([\\`*_{}[\]()#+.!|-])/g, '$1')
    .replace(/[|*_`>]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
