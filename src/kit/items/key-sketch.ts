/**
 * A set of keys in 1,536 bytes, however many they are. From it and a set that differs in few keys the set itself is got back, exactly,
 * or it is said that this cannot be done. (An invertible Bloom lookup table: Eppstein, Goodrich, Uyeda, Varghese: What's the difference?
 * Efficient set reconciliation without prior context, SIGCOMM 2011.)
 */

/** Each key is in one cell of each table. Two keys in the same four cells could not be told apart: one pair in a million. */
const TABLES = 4;
const CELLS_PER_TABLE = 32;
const CELLS = TABLES * CELLS_PER_TABLE;
/** Count 4, key 6 (upper 2, lower 4), check 2. */
const CELL_BYTES = 12;

const UPPER = 2 ** 32;

export class KeySketch {
  private readonly counts = new Int32Array(CELLS);
  private readonly upper = new Uint16Array(CELLS);
  private readonly lower = new Uint32Array(CELLS);
  private readonly checks = new Uint16Array(CELLS);

  static of(ids: Iterable<number>): KeySketch {
    const sketch = new KeySketch();
    for (const id of ids) sketch.change(id, 1);
    return sketch;
  }

  static fromText(text: string): KeySketch {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== CELLS * CELL_BYTES) throw new RangeError(`no sketch of keys: ${bytes.length} bytes`);
    const sketch = new KeySketch();
    for (let cell = 0; cell < CELLS; cell++) {
      const at = cell * CELL_BYTES;
      sketch.counts[cell] = bytes.readInt32BE(at);
      sketch.upper[cell] = bytes.readUInt16BE(at + 4);
      sketch.lower[cell] = bytes.readUInt32BE(at + 6);
      sketch.checks[cell] = bytes.readUInt16BE(at + 10);
    }
    return sketch;
  }

  toText(): string {
    const bytes = Buffer.alloc(CELLS * CELL_BYTES);
    for (let cell = 0; cell < CELLS; cell++) {
      const at = cell * CELL_BYTES;
      bytes.writeInt32BE(this.counts[cell]!, at);
      bytes.writeUInt16BE(this.upper[cell]!, at + 4);
      bytes.writeUInt32BE(this.lower[cell]!, at + 6);
      bytes.writeUInt16BE(this.checks[cell]!, at + 10);
    }
    return bytes.toString('base64');
  }

  add(id: number): void {
    this.change(id, 1);
  }

  /**
   * In what this set differs from another: keys only this one has, and keys only the other has.
   * Null if there are too many for it; sure up to about fifty, never more than CELLS.
   */
  differenceFrom(other: Iterable<number>): { missing: number[]; extra: number[] } | null {
    const rest = KeySketch.fromText(this.toText());
    for (const id of other) rest.change(id, -1);
    const missing: number[] = [];
    const extra: number[] = [];
    const open = Array.from({ length: CELLS }, (_, cell) => cell);
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      const id = rest.onlyKeyIn(cell);
      if (id === null) continue;
      const count = rest.counts[cell]!;
      (count === 1 ? missing : extra).push(id);
      if (missing.length + extra.length > CELLS) return null;
      rest.change(id, -count);
      open.push(...cellsOf(id));
    }
    return rest.isEmpty() ? { missing, extra } : null;
  }

  private change(id: number, by: number): void {
    const upper = Math.floor(id / UPPER);
    const lower = id % UPPER;
    const check = checkOf(id);
    for (const cell of cellsOf(id)) {
      this.counts[cell]! += by;
      this.upper[cell]! ^= upper;
      this.lower[cell]! ^= lower;
      this.checks[cell]! ^= check;
    }
  }

  /** The key of a cell that holds one and no other; null if it does not. */
  private onlyKeyIn(cell: number): number | null {
    if (Math.abs(this.counts[cell]!) !== 1) return null;
    const id = this.upper[cell]! * UPPER + this.lower[cell]!;
    return this.checks[cell] === checkOf(id) && cellsOf(id).includes(cell) ? id : null;
  }

  private isEmpty(): boolean {
    return [this.counts, this.upper, this.lower, this.checks].every((cells) => cells.every((value) => value === 0));
  }
}

/** Ids are evenly spread already: five bits of each of four bytes. */
function cellsOf(id: number): number[] {
  const lower = id % UPPER;
  return Array.from(
    { length: TABLES },
    (_, table) => table * CELLS_PER_TABLE + ((lower >>> (8 * table)) & (CELLS_PER_TABLE - 1)),
  );
}

/** Sixteen bits that depend on all bits of an id, and not in the way that XOR of ids is a XOR of checks. */
function checkOf(id: number): number {
  const upper = Math.floor(id / UPPER);
  let mixed = Math.imul((id % UPPER) ^ Math.imul(upper + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) & 0xffff;
}
