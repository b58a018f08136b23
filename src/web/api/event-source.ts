/** News for all who listen: one look at the server at a time, whoever and however many they are. */
import { ChangeReader } from '../../control/changes.js';
import { knownProblem } from './problem.js';
import type { WebParts } from './parts.js';

export interface News {
  id: string;
  event: 'changed' | 'server' | 'reset';
  data: string;
}

/** So many are kept for those who come back. */
const KEPT = 500;

export class EventFeed {
  private readonly listeners = new Set<(news: News) => void>();
  private readonly kept: News[] = [];
  /** Ids of another process are none of ours: who has one must look at everything again. */
  private readonly prefix: string;
  private number = 0;
  private reader: ChangeReader | null = null;
  private timer: NodeJS.Timeout | undefined;
  private reachable: boolean | null = null;

  constructor(private readonly parts: WebParts) {
    this.prefix = `${process.pid.toString(36)}-${parts.now().toString(36)}`;
    parts.stopped.addEventListener('abort', () => clearTimeout(this.timer));
  }

  get size(): number {
    return this.listeners.size;
  }

  /** What came after an id; null if that is not known any more. */
  since(id: string): News[] | null {
    if (id === this.lastId()) return [];
    const at = this.kept.findIndex((news) => news.id === id);
    return at < 0 ? null : this.kept.slice(at + 1);
  }

  lastId(): string {
    return `${this.prefix}-${this.number}`;
  }

  /** Looks begin with the first listener and end with the last. */
  listen(listener: (news: News) => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) {
      this.reader = new ChangeReader(this.parts.now());
      this.reachable = null;
      void this.look();
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.rest();
    };
  }

  /** Nobody looks from now on, so nobody can say what came after the last news: who returns has to look at everything again. */
  private rest(): void {
    clearTimeout(this.timer);
    this.kept.length = 0;
    this.number++;
  }

  private async look(): Promise<void> {
    const { reader, parts } = this;
    try {
      const server = await parts.serverFor({ name: 'events', role: 'read', by: parts.person });
      const changes = await reader!.read(server, parts.now());
      this.tellReachable(true, null);
      if (changes !== null && (changes.runs.length > 0 || changes.schedules.length > 0 || changes.open.length > 0)) {
        this.tell('changed', changes);
      }
    } catch (error) {
      parts.met(error);
      this.tellReachable(false, knownProblem(error)?.message.split('\n')[0] ?? 'daychain itself failed');
    }
    // A listener may have gone, and another come with a reader of its own, while this look lasted.
    if (this.listeners.size === 0 || this.reader !== reader || parts.stopped.aborted) return;
    this.timer = setTimeout(() => void this.look(), parts.limits.pollMs);
  }

  private tellReachable(reachable: boolean, cause: string | null): void {
    if (this.reachable === reachable) return;
    this.reachable = reachable;
    this.tell('server', { reachable, cause });
  }

  private tell(event: News['event'], data: object): void {
    this.number++;
    const news = { id: this.lastId(), event, data: JSON.stringify(data) };
    this.kept.push(news);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const listener of this.listeners) listener(news);
  }
}
