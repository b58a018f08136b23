/** Values as they are written into a source file. */

/** A text in single quotes, or in double ones where that needs no escapes, as prettier has it. */
export function literal(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1);
  const inner = escaped.replaceAll(String.raw`\"`, '"');
  if (inner.includes("'") && !inner.includes('"')) return `"${inner}"`;
  return `'${inner.replaceAll("'", String.raw`\'`)}'`;
}

/** A list, on one line if it is short enough for a line that already holds `used` columns. */
export function listLiteral(values: readonly string[], indent: number, used: number): string {
  const one = `[${values.map(literal).join(', ')}]`;
  if (used + one.length <= 128) return one;
  const pad = ' '.repeat(indent + 2);
  return `[\n${values.map((value) => `${pad}${literal(value)},\n`).join('')}${' '.repeat(indent)}]`;
}
