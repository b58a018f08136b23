/** What an attempt has to say beyond its result: it travels with every heartbeat, so that the next attempt knows it. */
import type { Checkpoint, Json } from '../define/types.js';
import { MAX_ATTEMPT_ERRORS, cut } from '../plan/limits.js';
import type { AttemptError, AttemptInput, AttemptTrace } from '../plan/types.js';

export class Trace {
  errors: string[] = [];
  warnings: string[] = [];
  progress: Json = null;
  attemptErrors: AttemptError[];
  /** Looks of this activity that found nothing. */
  looks: number;
  readonly checkpoint: Checkpoint;
  private saved: Json;

  /** @param earlier heartbeat details of the attempt before, if the server has any; newer than what the input carries */
  constructor(
    input: AttemptInput,
    earlier: AttemptTrace | undefined,
    private readonly beat: (trace: AttemptTrace) => void,
  ) {
    this.saved = earlier?.checkpoint ?? input.checkpoint;
    this.looks = earlier?.looks ?? 0;
    this.attemptErrors = [...(earlier?.attemptErrors ?? input.attemptErrors)];
    // Item errors belong to the items the checkpoint says are done; without one the work begins again, and so do they.
    if (this.saved !== null) {
      this.errors = [...(earlier?.errors ?? [])];
      this.warnings = [...(earlier?.warnings ?? [])];
    }
    this.checkpoint = checkpointOf(this);
  }

  get value(): Json {
    return this.saved;
  }

  save(value: Json): void {
    this.saved = value;
    this.send();
  }

  /** Notes that an attempt failed. The last five are kept. */
  attemptFailed(attempt: number, at: string, message: string): void {
    this.attemptErrors = [...this.attemptErrors, { attempt, at, message: cut(message) }].slice(-MAX_ATTEMPT_ERRORS);
  }

  send(): void {
    this.beat(this.toJson());
  }

  toJson(): AttemptTrace {
    return {
      checkpoint: this.saved,
      attemptErrors: this.attemptErrors,
      errors: this.errors,
      warnings: this.warnings,
      progress: this.progress,
      ...(this.looks > 0 && { looks: this.looks }),
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
