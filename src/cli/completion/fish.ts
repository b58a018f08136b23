/** Completion for fish. */
import type { CompletionRow, Offer } from './table.js';

export function fishScript(rows: readonly CompletionRow[]): string {
  return [
    HEAD.replace(
      'PATHS',
      rows
        .map(({ path }) => path)
        .filter((path) => path !== '')
        .map((path) => `'${path}'`)
        .join(' '),
    ).replace(
      'VALUES',
      [...new Set(rows.flatMap(({ options }) => options.filter(({ offer }) => offer !== null).map(({ long }) => long)))].join(
        ' ',
      ),
    ),
    'complete -c daychain -f',
    ...rows.flatMap(({ path, subcommands, options, arguments: args, repeats }) => {
      const at = (more = '') => `-n '__daychain_at "${path}"${more}'`;
      return [
        ...subcommands.map(({ name, summary }) => `complete -c daychain ${at(' 0')} -a ${name} -d ${quoted(summary)}`),
        ...options.map(({ long, summary, offer }) =>
          [
            `complete -c daychain ${at()} -l ${long.slice(2)} -d ${quoted(summary)}`,
            offer === null ? '' : ` -r ${wordsOf(offer)}`,
          ].join(''),
        ),
        ...args.map(
          (offer, place) =>
            `complete -c daychain ${at(` ${place}${repeats && place === args.length - 1 ? ' more' : ''}`)} ${wordsOf(offer)}`,
        ),
      ];
    }),
  ].join('\n');
}

function wordsOf(offer: Offer): string {
  if (typeof offer !== 'string') return `-f -a '${offer.words.join(' ')}'`;
  switch (offer) {
    case 'chains':
    case 'tasks':
    case 'ids':
      return `-f -a '(daychain completion ids ${offer} 2>/dev/null)'`;
    case 'dates':
      return `-f -a '(__daychain_dates)'`;
    case 'folders':
      return `-f -a '(__fish_complete_directories)'`;
    case 'files':
      return '-F';
    case 'nothing':
      return '-f';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

const HEAD = `function __daychain_dates
    echo today\\nyesterday
    for day in (seq 2 14)
        date -d "-$day days" +%Y-%m-%d 2>/dev/null; or date -v "-"$day"d" +%Y-%m-%d 2>/dev/null
    end
end
# Whether the words before the cursor are this command, and so many arguments (or more).
function __daychain_at
    set -l words (commandline -opc)
    set -l path ''
    set -l count 0
    set -l skip 0
    for word in $words[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        if string match -q -- '--*' $word
            contains -- $word VALUES; and set skip 1
            continue
        end
        set -l longer (string trim -- "$path $word")
        if test $count -eq 0; and contains -- $longer PATHS
            set path $longer
        else
            set count (math $count + 1)
        end
    end
    test "$path" = "$argv[1]"; or return 1
    test (builtin count $argv) -eq 1; and return 0
    test $count -eq $argv[2]; and return 0
    test "$argv[3]" = more; and test $count -gt $argv[2]
end`;
