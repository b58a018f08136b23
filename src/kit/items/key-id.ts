/** Keys of items as numbers of 48 bits: what stands for a key where it has to be small. */
import { createHash } from 'node:crypto';

export const ID_BYTES = 6;

/** The same key always has the same number. Among 10,000 keys two share one in one of five million lists. */
export function keyId(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, ID_BYTES);
}

export function packIds(ids: Iterable<number>, count: number): string {
  const bytes = Buffer.alloc(count * ID_BYTES);
  let at = 0;
  for (const id of ids) at = bytes.writeUIntBE(id, at, ID_BYTES);
  return bytes.toString('base64');
}

export function unpackIds(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / ID_BYTES) }, (_, at) => bytes.readUIntBE(at * ID_BYTES, ID_BYTES));
}
