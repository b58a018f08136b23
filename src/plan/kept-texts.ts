/** Error texts and warnings of a run: each cut, the first hundred kept, the rest counted. Results and heartbeats stay small. */
import { MAX_ERROR_TEXT, cut } from './limits.js';

/** Texts kept for the result, and characters of them: more are counted. */
export const MOST_TEXTS = 100;
export const MOST_CHARACTERS = 20_000;
/** Characters of texts that travel with a heartbeat. What is beyond is only counted once the attempt is lost. */
export const MOST_TRAVELLING = 3_000;

export interface TravellingTexts {
  texts: string[];
  /** How many more there were. */
  more: number;
}

export class KeptTexts {
  private readonly texts: string[];
  private more: number;
  private characters: number;

  constructor(
    earlier: TravellingTexts = { texts: [], more: 0 },
    private readonly what = 'more item errors',
  ) {
    this.texts = [...earlier.texts];
    this.more = earlier.more;
    this.characters = this.texts.reduce((sum, text) => sum + text.length, 0);
  }

  get count(): number {
    return this.texts.length + this.more;
  }

  add(text: string): void {
    const short = cut(text, MAX_ERROR_TEXT);
    // Once one did not fit no later one is kept: "and so many more" must not hide one in between.
    const fits = this.more === 0 && this.texts.length < MOST_TEXTS && this.characters + short.length <= MOST_CHARACTERS;
    if (!fits) return void this.more++;
    this.texts.push(short);
    this.characters += short.length;
  }

  /** For people: the texts, and a last line that says how many more there were. */
  all(): string[] {
    return this.more === 0 ? [...this.texts] : [...this.texts, `… and ${this.more} ${this.what}`];
  }

  /** The first texts that fit, for the next attempt. */
  travelling(): TravellingTexts {
    const texts: string[] = [];
    let room = MOST_TRAVELLING;
    for (const text of this.texts) {
      room -= text.length;
      if (room < 0) break;
      texts.push(text);
    }
    return { texts, more: this.count - texts.length };
  }
}
