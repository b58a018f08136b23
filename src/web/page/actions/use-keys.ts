/** Keys for what is sent, by which the server knows the same wish again. */
import { useMemo } from 'preact/hooks';
import type { Request } from './wishes.js';

export interface Keys {
  /** The same for the same request until it is answered: sent again after a lost answer it has no second effect. */
  of(request: Request): string;
  /** It was answered: asked again, it is a new question, which the server does not answer from memory. */
  answered(request: Request): void;
}

export function useKeys(): Keys {
  return useMemo(() => {
    // By content: the wish itself is another object whenever the page is drawn.
    const unanswered = new Map<string, string>();
    return {
      of: (request) => {
        const content = JSON.stringify(request);
        const key = unanswered.get(content) ?? newKey();
        unanswered.set(content, key);
        return key;
      },
      answered: (request) => void unanswered.delete(JSON.stringify(request)),
    };
  }, []);
}

export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
