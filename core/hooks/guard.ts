/** One tap behind its guard: a time budget, a count of misses, and an outcome instead of a surprise. */
import type { Logger } from '#plugin-api';

export type TapOutcome<A> =
  | { kind: 'answered'; answer: A }
  | { kind: 'failed'; error: unknown }
  | { kind: 'over_budget'; error: Error }
  | { kind: 'skipped' };

export interface GuardOptions {
  plugin: string;
  hook: string;
  /** Milliseconds that one call may take. */
  budget: number;
  log: Logger;
  /** Called with each call's outcome and how many seconds it took. */
  measured(outcome: 'answered' | 'failed' | 'over_budget', seconds: number): void;
  /** Called when the tap has missed its budget `MISSES_BEFORE_QUARANTINE` times in a row. */
  missedTooOften(reason: string): void;
}

/** Misses in a row: one slow call may be the machine's fault, three are the tap's. */
export const MISSES_BEFORE_QUARANTINE = 3;

/** Wraps a tap so that it always answers in time and never throws. */
export function guard<Arguments extends unknown[], A>(
  fn: (...parameters: [...Arguments, AbortSignal]) => A | Promise<A>,
  options: GuardOptions,
): (...parameters: Arguments) => Promise<TapOutcome<A>> {
  const { plugin, hook, budget, log } = options;
  let misses = 0;

  return async (...parameters) => {
    const controller = new AbortController();
    const started = performance.now();
    const late = new Error(`The tap of plugin ${plugin} on ${hook} took longer than ${budget} ms.`);
    let timer: NodeJS.Timeout | undefined;
    const outOfTime = new Promise<TapOutcome<A>>((resolve) => {
      timer = setTimeout(() => {
        controller.abort(late);
        resolve({ kind: 'over_budget', error: late });
      }, budget);
    });
    const answered = call(() => fn(...parameters, controller.signal));
    let outcome = await Promise.race([answered, outOfTime]);
    clearTimeout(timer);
    const elapsed = performance.now() - started;
    // A tap that held the event loop answers before the timer can fire, and has missed its budget all the same.
    if (outcome.kind === 'answered' && elapsed > budget) outcome = { kind: 'over_budget', error: late };

    options.measured(outcome.kind as Exclude<typeof outcome.kind, 'skipped'>, elapsed / 1000);
    if (outcome.kind === 'failed') {
      log.error({ plugin, hook, err: outcome.error }, `A tap of plugin ${plugin} on ${hook} failed.`);
    }
    if (outcome.kind === 'over_budget') {
      misses += 1;
      log.warn({ plugin, hook, budget, misses }, late.message);
      if (misses === MISSES_BEFORE_QUARANTINE) options.missedTooOften(`${late.message} ${misses} times in a row.`);
    } else {
      misses = 0;
    }
    return outcome;
  };
}

async function call<A>(fn: () => A | Promise<A>): Promise<TapOutcome<A>> {
  try {
    return { kind: 'answered', answer: await fn() };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
