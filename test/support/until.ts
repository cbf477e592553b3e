/** Waiting in tests: on a condition, never on a length of time. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until the condition answers something truthy, and answers that.
 * Gives up with an error that names what was waited for.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  { seconds = 30 }: { seconds?: number } = {},
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, null | undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await delay(20);
  }
}
