/** Columns that align, and texts that fit. */
import { stripVTControlCharacters } from 'node:util';

/** How many columns a text takes on a terminal. Good for what daychain prints: no double-width letters. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Rows as lines: every column as wide as its widest cell, two spaces or `gap` between them, nothing at the ends. */
export function table(rows: readonly (readonly string[])[], gap = 3): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : padded(cell, widths[at]! + gap)))
      .join('')
      .trimEnd(),
  );
}

/** A long text cut in the middle, where the least is lost: ids and addresses differ at their ends. */
export function shortened(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) return text;
  if (width < 3) return letters.slice(0, Math.max(0, width)).join('');
  const head = Math.ceil((width - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (width - 1 - head)).join('')}`;
}

/** A text cut at its end: for sentences, whose beginning says most. */
export function clipped(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** A text in lines of at most `width` columns, broken between words; what goes on keeps the indentation of its line. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (widthOf(line) <= width) return [line];
    const indent = /^ */.exec(line)![0];
    const lines: string[] = [];
    let current = indent;
    for (const word of line.slice(indent.length).split(' ')) {
      if (current !== indent && widthOf(current) + 1 + widthOf(word) > width) {
        lines.push(current);
        current = indent + word;
      } else {
        current = current === indent ? indent + word : `${current} ${word}`;
      }
    }
    return [...lines, current];
  });
}

/** `label` and text side by side; further lines of the text stand under its first. */
export function labelled(label: string, text: string, options: { labelWidth: number; width: number; indent?: number }): string[] {
  const indent = ' '.repeat(options.indent ?? 2);
  const room = Math.max(20, options.width - indent.length - options.labelWidth);
  return wrapped(text, room).map((line, at) => `${indent}${padded(at === 0 ? label : '', options.labelWidth)}${line}`.trimEnd());
}
