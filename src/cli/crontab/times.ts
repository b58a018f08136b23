/** The five fields of a crontab as daychain's cron reads them. */

const SIZES = [60, 24, 31, 12, 7];

/** What Vixie cron takes and daychain refuses, as people mostly mean something else by it, in other words: steps beyond the field. */
export function cronText(when: string): string {
  if (when.startsWith('@')) return when.toLowerCase();
  return when
    .split(' ')
    .map((field, at) =>
      field
        .split(',')
        .map((part) => withoutHugeStep(part, SIZES[at]!, at))
        .join(','),
    )
    .join(' ');
}

/** Such a step leaves the first value only: in days the star stays, as what begins with one is judged otherwise there. */
function withoutHugeStep(part: string, size: number, field: number): string {
  const found = /^(\*|\d+|[a-z]{3})(?:-[\da-z]+)?\/(\d+)$/i.exec(part);
  if (found === null || Number(found[2]) <= size) return part;
  const first = field === 2 || field === 3 ? '1' : '0';
  if (found[1] !== '*') return found[1]!;
  return field === 2 || field === 4 ? `*/${size}` : first;
}
