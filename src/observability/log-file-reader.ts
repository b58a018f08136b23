/** The wanted lines of one file of a log, from a byte on. */
import { open } from 'node:fs/promises';
import { type LogLine, type LogQuery, readLine } from './log-lines.js';

export interface FoundLine {
  line: LogLine;
  /** Bytes of the file at which it begins, and after its end. */
  from: number;
  to: number;
}

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;

export class LogFileReader {
  /** Up to here there is nothing more that is wanted. */
  position: number;

  /** @param from a byte at which a line begins */
  constructor(
    private readonly path: string,
    private readonly query: LogQuery,
    from: number,
  ) {
    this.position = from;
  }

  /** In order. A line without its end is not read yet: it is being written. A file that is gone has none. */
  async *lines(): AsyncGenerator<FoundLine> {
    const file = await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (file === null) return;
    try {
      let rest: Buffer = Buffer.alloc(0);
      let at = this.position;
      for (;;) {
        const chunk = Buffer.allocUnsafe(CHUNK);
        const { bytesRead } = await file.read(chunk, 0, CHUNK, at + rest.length);
        if (bytesRead === 0) return;
        const bytes = rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        let begin = 0;
        for (let end = bytes.indexOf(NEWLINE, begin); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
          const line = readLine(bytes.subarray(begin, end), this.query);
          const from = at + begin;
          begin = end + 1;
          if (line !== null) yield { line, from, to: at + begin };
          this.position = at + begin;
        }
        rest = bytes.subarray(begin);
        at += begin;
      }
    } finally {
      await file.close();
    }
  }
}
