/** What may stand where on the command line: the table that all shells' scripts are made of. */
import type { DescribedCommand } from '../described.js';

/** What a shell offers in a place. */
export type Offer = 'chains' | 'tasks' | 'ids' | 'dates' | 'folders' | 'files' | 'nothing' | { words: string[] };

export interface CompletionRow {
  /** `at cancel`; empty for the program itself. */
  path: string;
  subcommands: { name: string; summary: string }[];
  options: { long: string; summary: string; offer: Offer | null }[];
  /** Of its arguments, in order. */
  arguments: Offer[];
  /** Whether the last of them may be repeated. */
  repeats: boolean;
}

/** Options of the program itself may stand behind every command. */
export function completionTable(commands: readonly DescribedCommand[]): CompletionRow[] {
  const top = commands[0]!;
  return commands.map(({ path, options, arguments: args, acts }) => {
    const prefix = path === '' ? '' : `${path} `;
    const below = commands.filter(
      (one) => one.path !== '' && one.path.startsWith(prefix) && !one.path.slice(prefix.length).includes(' '),
    );
    const all = path === '' ? options : [...options, ...top.options.filter(({ long }) => long !== '--version')];
    return {
      path,
      subcommands: below
        .filter((one) => one.path !== path)
        .map((one) => ({ name: one.path.slice(prefix.length), summary: one.summary })),
      options: [
        ...all.map(({ long, summary, value, choices }) => ({
          long,
          summary,
          offer: value === null ? null : choices.length > 0 ? { words: choices } : offerOf(value),
        })),
        { long: '--help', summary: 'this help', offer: null },
      ],
      // One-shots and backfills have ids of their own, which only the server knows.
      arguments: !acts ? [] : /^(?:at|backfill) /.test(path) ? args.map(() => 'nothing') : offersOf(args),
      repeats: args.at(-1)?.variadic ?? false,
    };
  });
}

/** A run is named by an id and a date. */
function offersOf(args: DescribedCommand['arguments']): Offer[] {
  return args.flatMap(({ name, choices }): Offer[] => {
    if (choices.length > 0) return [{ words: choices }];
    return /\brun\b|and date/.test(name) ? ['ids', 'dates'] : [offerOf(name)];
  });
}

/** By the word that stands for a value. */
function offerOf(value: string): Offer {
  if (/^(?:dir|folder)$/.test(value)) return 'folders';
  if (/file|path/.test(value)) return 'files';
  if (/date|when|^(?:day|from|to|since|until)$/.test(value)) return 'dates';
  if (/chain/.test(value) && /task/.test(value)) return 'ids';
  if (/chain|schedule/.test(value)) return 'chains';
  if (/^tasks?$/.test(value)) return 'tasks';
  if (/^(?:ids?|names)$|\bid\b|run/.test(value)) return 'ids';
  return 'nothing';
}
