export interface ChunkOptions {
  /** Characters of a chunk at most. Default 15,000 (O-62). */
  size?: number;
  /** Characters of the chunk before that the next begins with, so that a thought cut in two is whole once. Default 500. */
  overlap?: number;
}

/** Cuts a text where a paragraph ends, or a sentence, or a word, whatever comes last within the size. Pure. */
export function chunksOf(text: string, { size = 15_000, overlap = 500 }: ChunkOptions = {}): string[] {
  if (overlap >= size) throw new RangeError(`an overlap of ${overlap} leaves nothing of a chunk of ${size}`);
  const chunks: string[] = [];
  for (let from = 0; from < text.length;) {
    const rest = text.slice(from);
    const length = rest.length <= size ? rest.length : cutAt(rest.slice(0, size), overlap);
    chunks.push(rest.slice(0, length).trim());
    if (length === rest.length) break;
    from += length - overlap;
  }
  return chunks.filter((chunk) => chunk !== '');
}

/** Where to cut. Never within the overlap: the next chunk would begin no further on. */
function cutAt(window: string, overlap: number): number {
  for (const end of ['\n\n', '. ', '\n', ' ']) {
    const at = window.lastIndexOf(end);
    if (at > overlap) return at + end.length;
  }
  return window.length;
}
