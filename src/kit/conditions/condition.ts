/** What a task may wait for before it begins, said in one line each: a look, and what becomes of the run where it does not hold. */
import type { ConditionAnswer, ConditionContext, Duration } from '../../define/types.js';
import { durationMs } from '../../plan/duration.js';
import { DAY, SECOND } from '../../plan/limits.js';

/** What a look found. `reason`: why it does not hold, as people read it. `holdsIn`: milliseconds after which it may. */
export type Finding = { holds: true } | { holds: false; reason: string; holdsIn?: number };

/** A condition as a task's `condition` has it. */
export type Condition = (ctx: ConditionContext<never>) => Promise<ConditionAnswer>;

export interface Look {
  /** What is seen now. */
  find(ctx: ConditionContext<never>): Promise<Finding>;
  /** Where it does not hold the run is skipped: for the day, or with `settled: false` for now. */
  orSkip(options?: { settled?: boolean }): Condition;
  /** Where it does not hold the body waits, and the condition is asked again. Default: when it may hold, else `'10 minutes'`. */
  orPostpone(wait?: Duration): Condition;
}

const DEFAULT_WAIT: Duration = '10 minutes';
/** As often as the server is told of it at the most, and at the least. */
const inBounds = (ms: number) => Math.min(Math.max(ms, SECOND), DAY);

/** A look of your own: `when(isQuiet, 'customers are online').orPostpone('5 minutes')`. */
export function when(holds: (ctx: ConditionContext<never>) => boolean | Promise<boolean>, reason: string): Look {
  return look(async (ctx) => ((await holds(ctx)) ? { holds: true } : { holds: false, reason }));
}

/** Conditions that must all hold. They are asked in this order, and the first that does not decides. */
export function allOf(...conditions: readonly Condition[]): Condition {
  return async (ctx) => {
    for (const condition of conditions) {
      const answer = await condition(ctx);
      if (answer !== true) return answer;
    }
    return true;
  };
}

/** What the looks of the kit are made of. */
export function look(find: (ctx: ConditionContext<never>) => Finding | Promise<Finding>): Look {
  const seen = async (ctx: ConditionContext<never>) => await find(ctx);
  return {
    find: seen,
    orSkip: (options) => async (ctx) => {
      const finding = await seen(ctx);
      return finding.holds || ctx.skip(finding.reason, options);
    },
    orPostpone(wait) {
      if (wait !== undefined) durationMs(wait);
      return async (ctx) => {
        const finding = await seen(ctx);
        if (finding.holds) return true;
        const { holdsIn, reason } = finding;
        return ctx.postpone(
          wait ?? (holdsIn === undefined ? DEFAULT_WAIT : `${Math.ceil(inBounds(holdsIn))} milliseconds`),
          reason,
        );
      };
    },
  };
}
