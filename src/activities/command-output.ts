import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const TAIL_BYTES = 8 * 1024;
const LONGEST_LINE = 16 * 1024;

export interface CollectedOutput {
  /** Waits for the end of the stream, at most so long, and returns the last 8 KiB of what came. */
  finish(withinMs: number): Promise<string>;
}

/** Reads a program's output: line by line for whoever listens, and its tail for the record. */
export function collectOutput(stream: Readable, onLine: (line: string) => void): CollectedOutput {
  const decoder = new StringDecoder('utf8');
  let tail = Buffer.alloc(0);
  let rest = '';

  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line.replace(/\r$/, ''));
    while (rest.length > LONGEST_LINE) {
      onLine(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  };

  const ended = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      take(decoder.write(chunk));
    });
    stream.once('close', resolve);
    stream.once('error', () => resolve()); // a broken pipe ends the output, no more
  });

  return {
    async finish(withinMs) {
      const timer = setTimeout(() => stream.destroy(), withinMs);
      await ended;
      clearTimeout(timer);
      take(decoder.end());
      if (rest !== '') onLine(rest);
      return wholeCharacters(tail).toString('utf8');
    },
  };
}

/** Drops what a cut has left of a character at the start. */
function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
