/** Where words go: the answer to stdout, everything else to stderr. Colour only on a terminal, and only for state. */
import type { Writable } from 'node:stream';
import pc from 'picocolors';

export type Colour = 'green' | 'yellow' | 'red' | 'blue' | 'dim' | 'bold';

export type OutputStream = Writable & { isTTY?: boolean; columns?: number };

export class Output {
  constructor(
    readonly stdout: OutputStream,
    readonly stderr: OutputStream,
    /** The answer is one JSON value; people's words are left out of it. */
    readonly json: boolean,
    private readonly colours: boolean = pc.isColorSupported,
  ) {}

  /** Part of the answer: a line, or several. Nothing under --json. */
  say(text = ''): void {
    if (!this.json) this.stdout.write(`${text}\n`);
  }

  /** The whole answer, for programs. Nothing without --json. */
  answer(value: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Not part of the answer: progress, hints, problems. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** Colours a text for stdout, or for another stream. */
  paint(colour: Colour | null, text: string, stream: OutputStream = this.stdout): string {
    // picocolors also believes in colours where a CI runs; here only a terminal counts.
    if (colour === null || !this.colours || stream.isTTY !== true) return text;
    return pc.createColors(true)[colour](text);
  }

  /** Whether people watch, so that lines may be redrawn. */
  get live(): boolean {
    return this.stderr.isTTY === true;
  }

  /** Columns text may use: those of the terminal, at most 100. */
  get width(): number {
    return Math.min(this.stdout.columns ?? 100, 100);
  }
}
