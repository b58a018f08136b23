/**
 * The lines between two neighbouring columns of a drawn graph. Lines that share all their ends are one net with one
 * upright; nets never share a stretch, so that what looks joined is joined.
 */

/** A line from a row of the left column to a row of the right one. */
export interface Line {
  from: number;
  to: number;
}

export interface Net {
  from: readonly number[];
  to: readonly number[];
  /** Column of its upright, counted from the left; null where it needs none. */
  track: number | null;
}

/** Null where no order of the uprights keeps the nets apart. */
export function netsOf(lines: readonly Line[]): Net[] | null {
  return forking(lines) ?? joining(lines);
}

interface Ends {
  from: number[];
  to: number[];
}

/** Every source is a net, which forks; sources with the very same targets are one. */
function forking(lines: readonly Line[]): Net[] | null {
  const nets = bySameTargets(lines);
  const order = ordered(nets);
  if (order === null) return null;
  const uprights = order.filter(needsUpright);
  return nets.map((net) => ({ ...net, track: needsUpright(net) ? uprights.indexOf(net) : null }));
}

/** The same from right to left: every target is a net, which joins. */
function joining(lines: readonly Line[]): Net[] | null {
  const nets = forking(lines.map(({ from, to }) => ({ from: to, to: from })));
  if (nets === null) return null;
  const last = nets.filter(({ track }) => track !== null).length - 1;
  return nets.map(({ from, to, track }) => ({ from: to, to: from, track: track === null ? null : last - track }));
}

function bySameTargets(lines: readonly Line[]): Ends[] {
  const targets = new Map<number, number[]>();
  for (const { from, to } of lines)
    targets.set(
      from,
      [...(targets.get(from) ?? []), to].sort((a, b) => a - b),
    );
  const nets = new Map<string, Ends>();
  for (const [from, to] of targets) {
    const net = nets.get(to.join(' '));
    if (net) net.from.push(from);
    else nets.set(to.join(' '), { from: [from], to });
  }
  return [...nets.values()];
}

function needsUpright({ from, to }: Ends): boolean {
  return new Set([...from, ...to]).size > 1;
}

/** From left to right. */
function ordered(nets: readonly Ends[]): Ends[] | null {
  const left = new Set(nets);
  const order: Ends[] = [];
  while (left.size > 0) {
    const next = [...left].find((net) => [...left].every((other) => other === net || !mustBeLeftOf(other, net)));
    if (next === undefined) return null;
    order.push(next);
    left.delete(next);
  }
  return order;
}

/**
 * A net that comes from a row lies left of one that goes to it: else both would lie on that row, side by side. And two nets
 * meet on a row where both go to the same task: then the right one may lead nowhere else, or it would look as if the left
 * one led there too.
 */
function mustBeLeftOf(net: Ends, other: Ends): boolean {
  const shares = (rows: readonly number[]) => rows.some((row) => other.to.includes(row));
  return shares(net.from) || (shares(net.to) && net.to.length > 1);
}
