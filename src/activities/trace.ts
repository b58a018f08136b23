/** What an attempt has to say beyond its result: it travels with every heartbeat, so that the next attempt knows it. */
import { PermanentError } from '../define/errors.js';
import type { Checkpoint, Json } from '../define/types.js';
import type { Ledger, LedgerText } from '../kit/items/ledger.js';
import { KeptTexts } from '../plan/kept-texts.js';
import { MAX_ATTEMPT_ERRORS, cut } from '../plan/limits.js';
import type { AttemptError, AttemptInput, AttemptTrace } from '../plan/types.js';

/** So many `forEach` a body may have: the record of each is up to a few kilobytes of every heartbeat. */
const MOST_FOR_EACH = 8;

const MORE_WARNINGS = 'more warnings';

export class Trace {
  progress: Json = null;
  attemptErrors: AttemptError[];
  /** Looks of this activity that found nothing. */
  looks: number;
  readonly checkpoint: Checkpoint;
  private saved: Json;
  private warned: KeptTexts;
  /** What earlier attempts left of each `forEach`, and what this one does. */
  private readonly left: Map<string, LedgerText>;
  private readonly ledgers = new Map<string, Ledger>();
  /** Errors of items of which the next attempt is told nothing. */
  readonly passing = new KeptTexts();
  private whole: { errors: string[]; warnings: string[] } | null = null;

  /** @param earlier heartbeat details of the attempt before, if the server has any; newer than what the input carries */
  constructor(
    input: AttemptInput,
    earlier: AttemptTrace | undefined,
    private readonly beat: (trace: AttemptTrace) => void,
  ) {
    // All of it from one of them: a checkpoint that was cleared, and items that began anew, must not come back from the other.
    const from = earlier ?? input;
    this.saved = from.checkpoint;
    this.looks = earlier?.looks ?? 0;
    this.attemptErrors = [...from.attemptErrors];
    const items = Object.entries((from.items ?? {}) as unknown as Record<string, LedgerText>);
    this.left = new Map(items.filter(([, { over }]) => over !== true));
    // Warnings belong to what is done; without a word of that the work begins again, and so do they.
    const goesOn = this.saved !== null || this.left.size > 0;
    this.warned = new KeptTexts({ texts: goesOn ? (earlier?.warnings ?? []) : [], more: 0 }, MORE_WARNINGS);
    this.checkpoint = checkpointOf(this);
  }

  get value(): Json {
    return this.saved;
  }

  save(value: Json): void {
    this.saved = value;
    this.send();
  }

  /** Takes over what the body's own process tells of it, as that would travel with a heartbeat. */
  adopt(told: AttemptTrace): void {
    this.saved = told.checkpoint;
    this.progress = told.progress;
    this.warned = new KeptTexts({ texts: told.warnings, more: 0 }, MORE_WARNINGS);
    for (const [name, items] of Object.entries(told.items ?? {})) this.left.set(name, items as unknown as LedgerText);
  }

  /** What that process has told at its end: all that a result has room for. */
  adoptTexts(texts: { errors: string[]; warnings: string[] }): void {
    this.whole = texts;
  }

  /** Errors of items, of this attempt and of those whose work it goes on with. */
  get errors(): string[] {
    if (this.whole !== null) return this.whole.errors;
    const left = [...this.left].filter(([name]) => !this.ledgers.has(name));
    return [
      ...left.flatMap(([, { errors }]) => new KeptTexts(errors).all()),
      ...[...this.ledgers.values()].flatMap(({ errors }) => errors.all()),
      ...this.passing.all(),
    ];
  }

  get warnings(): string[] {
    return this.whole?.warnings ?? this.warned.all();
  }

  warn(message: string): void {
    this.warned.add(message);
  }

  /** What an earlier attempt left of the `forEach` of that name; null if nothing. */
  openItems(name: string): LedgerText | null {
    if (this.ledgers.has(name)) {
      throw new PermanentError(
        `ctx.forEach: this attempt has had one named "${name}" already; give each of a body its own name: { key, name: 'pages' }`,
      );
    }
    if (this.ledgers.size >= MOST_FOR_EACH) {
      throw new PermanentError(`ctx.forEach: "${name}" is one too many: a body has at most ${MOST_FOR_EACH}`);
    }
    return this.left.get(name) ?? null;
  }

  keepItems(name: string, ledger: Ledger): void {
    this.ledgers.set(name, ledger);
  }

  get hasItems(): boolean {
    return this.left.size + this.ledgers.size > 0;
  }

  get items(): Record<string, Json> {
    const own = [...this.ledgers].map(([name, ledger]) => [name, ledger.toText()] as const);
    return Object.fromEntries([...this.left, ...own]) as unknown as Record<string, Json>;
  }

  /** Notes that an attempt failed. The last five are kept. */
  attemptFailed(attempt: number, at: string, message: string): void {
    this.attemptErrors = [...this.attemptErrors, { attempt, at, message: cut(message) }].slice(-MAX_ATTEMPT_ERRORS);
  }

  send(): void {
    this.beat(this.toJson());
  }

  /** For a heartbeat: a few kilobytes, whatever was done. Errors of items stand with the items. */
  toJson(): AttemptTrace {
    return {
      checkpoint: this.saved,
      attemptErrors: this.attemptErrors,
      errors: [],
      warnings: new KeptTexts(this.warned.travelling(), MORE_WARNINGS).all(),
      progress: this.progress,
      ...(this.hasItems && { items: this.items }),
      ...(this.looks > 0 && { looks: this.looks }),
    };
  }

  /** For the failure that ends the attempt: what is told of it. What the next one goes on with is in the last heartbeat. */
  toFailure(): AttemptTrace {
    return {
      checkpoint: this.saved,
      attemptErrors: this.attemptErrors,
      errors: this.errors,
      warnings: this.warnings,
      progress: this.progress,
    };
  }
}

function checkpointOf(trace: Trace): Checkpoint {
  return {
    get value() {
      return trace.value;
    },
    save: (value) => trace.save(value),
  };
}
