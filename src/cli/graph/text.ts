/** A chain's graph as text: drawn where it fits, else as an indented list in order. */
import { graphOf, layoutGraph, type GraphLayout } from '../../control/graph-layout.js';
import { groups } from '../../plan/graph.js';
import type { Output } from '../output.js';
import { padded, widthOf, wrapped } from '../table.js';
import { type Line, type Net, netsOf } from './channel.js';
import { nameOf, stateOf, type DrawnTask } from './drawn-task.js';

/** Lines of at most `out.width` columns. */
export function graphLines(out: Output, tasks: readonly DrawnTask[]): string[] {
  return drawn(out, tasks) ?? listed(out, tasks);
}

/** More than this is no picture any more. */
const MOST_DRAWN = 40;

/** Null where it does not fit, or where lines would run into each other. */
function drawn(out: Output, tasks: readonly DrawnTask[]): string[] | null {
  if (tasks.length === 0 || tasks.length > MOST_DRAWN) return null;
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const sizeOf = (id: string) => ({ width: widthOf(textOf(byId.get(id)!)), height: 1 });
  const columns = columnsOf(layoutGraph(graphOf(tasks), { sizeOf, nodeGap: 1, edgeGap: 1, rankGap: 8 }));
  const channels = columns.slice(1).map((_, at) => netsOf(linesBetween(columns[at]!, columns[at + 1]!)));
  if (channels.some((nets) => nets === null)) return null;
  const canvas = new Canvas(Math.max(...columns.flatMap((column) => column.map(({ row }) => row))) + 1);
  columns.forEach((column, at) => {
    const width = Math.max(0, ...column.map(({ id }) => (id === null ? 0 : widthOf(textOf(byId.get(id)!)))));
    for (const { row, id, leaves } of column) {
      if (id === null) canvas.line(row, canvas.width, canvas.width + width);
      else canvas.text(row, textOf(byId.get(id)!), painted(out, byId.get(id)!), leaves ? width : null);
    }
    canvas.widen(width);
    const nets = channels[at];
    if (nets) canvas.channel(nets, columns[at + 1]!);
  });
  return canvas.width > out.width ? null : canvas.lines();
}

/** What stands in a column: a task, or a line that passes. */
interface Item {
  id: string | null;
  row: number;
  /** Whether lines go on from it. */
  leaves: boolean;
  /** Keys of what the lines that arrive come from. */
  key: string;
  parents: string[];
}

/** The layout's places as columns and rows of letters. */
function columnsOf({ nodes, edges }: GraphLayout): Item[][] {
  const centres = [...new Set(nodes.map(({ x, width }) => Math.round(x + width / 2)))].sort((a, b) => a - b);
  const columns: (Item & { y: number })[][] = centres.map(() => []);
  const columnOf = (x: number) => centres.indexOf(Math.round(x));
  const place = new Map(nodes.map((node) => [node.id, columnOf(node.x + node.width / 2)]));
  for (const node of nodes) {
    const leaves = edges.some(({ from }) => from === node.id);
    columns[place.get(node.id)!]!.push({ id: node.id, key: node.id, row: 0, y: node.y + node.height / 2, leaves, parents: [] });
  }
  for (const { from, to, points } of edges) {
    let parent = from;
    for (let column = place.get(from)! + 1; column < place.get(to)!; column += 1) {
      const key = `${from} ${to} ${column}`;
      const y = heightAt(points, centres[column]!);
      columns[column]!.push({ id: null, key, row: 0, y, leaves: true, parents: [parent] });
      parent = key;
    }
    columns[place.get(to)!]!.find(({ id }) => id === to)!.parents.push(parent);
  }
  for (const column of columns) {
    column.sort((a, b) => a.y - b.y);
    let free = 0;
    for (const item of column) {
      item.row = Math.max(free, Math.round(item.y));
      free = item.row + 1;
    }
  }
  // Rows that no column has anything in are left out.
  const used = [...new Set(columns.flat().map(({ row }) => row))].sort((a, b) => a - b);
  for (const item of columns.flat()) item.row = used.indexOf(item.row);
  return columns;
}

/** Where the line is at `x`, between the two points beside it. */
function heightAt(points: readonly { x: number; y: number }[], x: number): number {
  const right = points.findIndex((point) => point.x >= x);
  const [a, b] = [points[Math.max(0, right - 1)]!, points[Math.max(0, right)]!];
  return b.x === a.x ? b.y : a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
}

function linesBetween(left: readonly Item[], right: readonly Item[]): Line[] {
  const rows = new Map(left.map(({ key, row }) => [key, row]));
  return right.flatMap(({ parents, row }) => parents.map((parent) => ({ from: rows.get(parent)!, to: row })));
}

const LEFT = 1;
const RIGHT = 2;
const UP = 4;
const DOWN = 8;
/** By the sum of the directions a letter goes to. */
const STROKES = [' ', '─', '─', '─', '│', '┘', '└', '┴', '│', '┐', '┌', '┬', '│', '┤', '├', '┼'];

/** Rows that grow to the right, column by column. */
class Canvas {
  width = 0;
  private readonly rows: (string | undefined)[][];

  constructor(rows: number) {
    this.rows = Array.from({ length: rows }, () => []);
  }

  /** A painted text, and where `lineTo` is a width, a line from it to the end of its column. */
  text(row: number, text: string, paint: string, lineTo: number | null): void {
    this.rows[row]![this.width] = paint;
    // The letters after the first are part of the painted text.
    for (let at = 1; at < widthOf(text); at += 1) this.rows[row]![this.width + at] = '';
    if (lineTo === null || lineTo <= widthOf(text)) return;
    this.rows[row]![this.width + widthOf(text)] = ' ';
    this.line(row, this.width + widthOf(text) + 1, this.width + lineTo);
  }

  line(row: number, from: number, to: number): void {
    for (let at = from; at < to; at += 1) this.rows[row]![at] = '─';
  }

  widen(by: number): void {
    this.width += by;
  }

  /** ` ──┬─▸ `: a blank, the uprights with a stroke on either side, an arrow for each task. */
  channel(nets: readonly Net[], right: readonly Item[]): void {
    const tracks = nets.filter(({ track }) => track !== null).length;
    const width = 3 + Math.max(1, 2 * tracks);
    const strokes = this.rows.map(() => Array.from({ length: width }, () => 0));
    const crossed = this.rows.map(() => Array.from({ length: width }, () => false));
    for (const { from, to, track } of nets) {
      const mine = this.rows.map(() => Array.from({ length: width }, () => 0));
      const x = track === null ? width : 2 + 2 * track;
      const across = (row: number, start: number, end: number) => {
        for (let at = start; at <= end; at += 1) {
          if (at > start) mine[row]![at]! |= LEFT;
          if (at < end) mine[row]![at]! |= RIGHT;
        }
      };
      for (const row of from) across(row, 0, Math.min(x, width - 1));
      if (track !== null) {
        for (const row of to) across(row, x, width - 1);
        const [top, bottom] = [Math.min(...from, ...to), Math.max(...from, ...to)];
        for (let row = top; row <= bottom; row += 1) mine[row]![x]! |= (row > top ? UP : 0) | (row < bottom ? DOWN : 0);
      }
      mine.forEach((line, row) =>
        line.forEach((stroke, at) => {
          const there = strokes[row]![at]!;
          // Of two lines that only cross, the upright one is seen.
          if (stroke !== 0 && there !== 0 && isUpright(stroke) !== isUpright(there) && !(isBoth(stroke) || isBoth(there)))
            crossed[row]![at] = true;
          strokes[row]![at]! |= stroke;
        }),
      );
    }
    const arrows = new Set(right.filter(({ id, parents }) => id !== null && parents.length > 0).map(({ row }) => row));
    const passing = new Set(right.filter(({ id }) => id === null).map(({ row }) => row));
    strokes.forEach((line, row) => {
      line.forEach((stroke, at) => {
        const letter = crossed[row]![at] ? '│' : STROKES[stroke]!;
        if (letter !== ' ') this.rows[row]![this.width + at] = letter;
      });
      if (line[0] !== 0 && !['─', ' '].includes(this.rows[row]![this.width - 1] ?? ' ')) this.rows[row]![this.width] = ' ';
      if (arrows.has(row)) [this.rows[row]![this.width + width - 2], this.rows[row]![this.width + width - 1]] = ['▸', ' '];
      if (passing.has(row)) this.line(row, this.width + width - 1, this.width + width);
    });
    this.width += width;
  }

  lines(): string[] {
    return this.rows.map((row) =>
      Array.from(row, (letter) => letter ?? ' ')
        .join('')
        .trimEnd(),
    );
  }
}

function isUpright(stroke: number): boolean {
  return (stroke & (UP | DOWN)) !== 0;
}

function isBoth(stroke: number): boolean {
  return isUpright(stroke) && (stroke & (LEFT | RIGHT)) !== 0;
}

function textOf(task: DrawnTask): string {
  const state = stateOf(task);
  return state === null ? nameOf(task) : `${state.glyph} ${nameOf(task)}`;
}

function painted(out: Output, task: DrawnTask): string {
  const state = stateOf(task);
  return state === null ? nameOf(task) : `${out.paint(state.colour, state.glyph)} ${nameOf(task)}`;
}

/** In the order in which they can run, each as far in as it is deep. */
function listed(out: Output, tasks: readonly DrawnTask[]): string[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const order = groups(graphOf(tasks));
  const indentOf = (depth: number) => '  '.repeat(Math.min(depth, 12));
  const names = order.flatMap((group, depth) => group.map((id) => widthOf(indentOf(depth) + textOf(byId.get(id)!))));
  const column = Math.min(56, Math.max(0, ...names)) + 3;
  return order.flatMap((group, depth) =>
    group.flatMap((id) => {
      const task = byId.get(id)!;
      const head = indentOf(depth) + painted(out, task);
      if (task.dependsOn.length === 0) return [head];
      const [first = '', ...more] = wrapped(`after ${task.dependsOn.join(', ')}`, Math.max(30, out.width - column));
      const lines = more.map((line) => ' '.repeat(column) + line);
      return widthOf(head) + 3 > column ? [head, ' '.repeat(column) + first, ...lines] : [padded(head, column) + first, ...lines];
    }),
  );
}
