/** What one check of the doctor is, and what it finds. */
import type { Config } from '../config.ts';

/** `fix` says what to do, and stands exactly where something is wrong. */
export interface Finding {
  detail: string;
  fix: string | null;
}

export interface Check {
  /** Two or three words. */
  name: string;
  /** Must not throw. Leaves everything as it was. */
  run(config: Config): Promise<Finding>;
}

export function well(detail: string): Finding {
  return { detail, fix: null };
}

export function wrong(detail: string, fix: string): Finding {
  return { detail, fix };
}

/** The message of what was thrown; Node says several failed addresses as an error without one. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
