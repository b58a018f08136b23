/** Holds what a file imports against the import table. */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { IMPORT_TABLE, type Row } from './import-table.js';
import { COMPUTED, type Import, readImports } from './read-imports.js';

/**
 * One line per forbidden import, empty if there is none.
 * @param file path below src/, with forward slashes: `plan/graph.ts`
 */
export function forbiddenImports(file: string, text: string): string[] {
  const from = areaOf(file);
  const row = IMPORT_TABLE[from];
  if (row === undefined) return [`src/${file}: "${from}" has no row in test/architecture/import-table.ts`];
  return readImports(file, text).flatMap((found) => {
    const why = whyForbidden(file, from, row, found);
    return why === null
      ? []
      : [`src/${file}:${found.line} imports ${found.typeOnly ? 'types of ' : ''}"${found.specifier}": ${why}`];
  });
}

/** What package.json exports beside the package itself. */
const PUBLIC_PATHS = new Set(['daychain/kit', 'daychain/testing']);

/** @param folder below examples/, as `civic`; @param file path below it */
export function forbiddenExampleImports(folder: string, file: string, text: string): string[] {
  return readImports(file, text).flatMap(({ specifier, line }) => {
    const inside = !specifier.startsWith('.') || !path.posix.join(path.posix.dirname(file), specifier).startsWith('..');
    const own = specifier.startsWith('daychain/') && !PUBLIC_PATHS.has(specifier);
    const deep = own || specifier.startsWith('@temporalio/');
    if (inside && !deep) return [];
    return [`examples/${folder}/${file}:${line} imports "${specifier}": an example uses the package "daychain", as a user would`];
  });
}

function whyForbidden(file: string, from: string, row: Row, { specifier, typeOnly }: Import): string | null {
  if (specifier.startsWith(COMPUTED)) return row.computed === true ? null : `${from} may not import what it computes`;
  if (specifier.startsWith('.')) {
    const target = areaOf(path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts'));
    if (target === from || row.code.includes(target)) return null;
    const asType = row.types === '*' || row.types.includes(target);
    if (asType) return typeOnly ? null : `${from} may import only the types of ${target}`;
    return `${from} may import ${list([...row.code, ...(row.types === '*' ? [] : row.types.map((name) => `types of ${name}`))])}`;
  }
  if (isNode(specifier)) {
    if (!specifier.startsWith('node:')) return `write it as "node:${specifier}"`;
    return row.node ? null : `${from} may not import node: modules`;
  }
  if (row.packages.some((name) => specifier === name || (isBareName(name) && specifier.startsWith(`${name}/`)))) return null;
  return `${from} may import the packages ${list(row.packages)}`;
}

/** A folder of its own row within another's is judged by that. */
const areaOf = (file: string): string => {
  const [first = file, second] = file.split('/');
  const inner = `${first}/${second}`;
  return inner in IMPORT_TABLE ? inner : first;
};
const isNode = (specifier: string): boolean => specifier.startsWith('node:') || builtinModules.includes(specifier);
const isBareName = (name: string): boolean => name.split('/').length === (name.startsWith('@') ? 2 : 1);
const list = (names: readonly string[]): string => (names.length === 0 ? '(none)' : names.join(', '));
