/** Where a key leads in the grid. Rows and columns are counted from 0; the grid has no holes. */

export interface Place {
  row: number;
  column: number;
}

/** Null: the key is none of the grid's. */
export function placeAfter(key: string, { row, column }: Place, rows: number, columns: number, control: boolean): Place | null {
  const clamp = (value: number, length: number): number => Math.min(Math.max(value, 0), length - 1);
  switch (key) {
    case 'ArrowLeft':
      return { row, column: clamp(column - 1, columns) };
    case 'ArrowRight':
      return { row, column: clamp(column + 1, columns) };
    case 'ArrowUp':
      return { row: clamp(row - 1, rows), column };
    case 'ArrowDown':
      return { row: clamp(row + 1, rows), column };
    case 'PageUp':
      return { row, column: clamp(column - 7, columns) };
    case 'PageDown':
      return { row, column: clamp(column + 7, columns) };
    case 'Home':
      return { row: control ? 0 : row, column: 0 };
    case 'End':
      return { row: control ? rows - 1 : row, column: columns - 1 };
    default:
      return null;
  }
}
