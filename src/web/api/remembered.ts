/** Answers to actions with a key, so that the same action sent again is told the same. */
import { createHash } from 'node:crypto';
import { HttpProblem } from './problem.js';

interface Entry {
  /** Of what was asked for under the key. */
  print: string;
  answer: Promise<Response>;
}

/**
 * Kept in this process, the newest so many. After a restart the work is done again, and comes to nothing new: what it
 * writes carries IDs made of the key.
 */
export class Remembered {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly most: number) {}

  /**
   * @param key of the client, with who it is
   * @param asked all that the action means: another one under the same key is refused
   * @throws HttpProblem 409
   */
  async answer(key: string, asked: string, work: () => Promise<Response>): Promise<Response> {
    const print = createHash('sha256').update(asked).digest('hex');
    const known = this.entries.get(key);
    if (known !== undefined && known.print !== print) {
      throw new HttpProblem(409, 'key_used', 'This Idempotency-Key was sent with another action. Make a new one for each.');
    }
    const entry = known ?? { print, answer: work() };
    if (known === undefined) this.remember(key, entry);
    try {
      const response = await entry.answer;
      // A server that was away is no answer to keep.
      if (response.status >= 500) this.forget(key, entry);
      return response.clone();
    } catch (error) {
      this.forget(key, entry);
      throw error;
    }
  }

  private remember(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    if (this.entries.size > this.most) this.entries.delete(this.entries.keys().next().value!);
  }

  private forget(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }
}
