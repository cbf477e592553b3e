/** Limits: how often somebody may try something, counted in this process, or in Redis by all processes together. */
import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '#plugin-api';
import { rateLimited } from './errors.ts';
import { rateLimitHeaders, type Usage } from './headers.ts';
import { connectRedis } from './redis.ts';
import { subjectKey } from './subject.ts';

export interface LimitsOptions {
  /** Null: each process counts for itself. */
  redisUrl: string | null;
  log: Logger;
}

export interface Quota {
  /** Tries in a window. */
  points: number;
  /** Length of the window, which begins with a subject's first try. */
  seconds: number;
}

/** One for a process. Where Redis does not answer, this process counts for itself until it does. */
export class Limits {
  readonly #redis: Redis | null;
  readonly #names = new Set<string>();

  constructor({ redisUrl, log }: LimitsOptions) {
    this.#redis = redisUrl === null ? null : connectRedis(redisUrl, log);
  }

  /** A limit of this name, of which there is one in a process: the name is in the answers' headers and in Redis. */
  limit(name: string, quota: Quota): Limit {
    if (this.#names.has(name)) throw new TypeError(`the limit ${name} is there already`);
    this.#names.add(name);
    const options = { points: quota.points, duration: quota.seconds, keyPrefix: `livestreams:limit:${name}` };
    const memory = new RateLimiterMemory(options);
    if (this.#redis === null) return new Limit(name, quota, memory);
    const storeClient = this.#redis;
    const limiter = new RateLimiterRedis({
      ...options,
      storeClient,
      insuranceLimiter: memory,
      rejectIfRedisNotReady: true,
    });
    return new Limit(name, quota, limiter);
  }

  /** Lets go of Redis. */
  stop(): void {
    this.#redis?.disconnect();
  }
}

export class Limit {
  readonly #name: string;
  readonly #quota: Quota;
  readonly #limiter: RateLimiterAbstract;

  constructor(name: string, quota: Quota, limiter: RateLimiterAbstract) {
    this.#name = name;
    this.#quota = quota;
    this.#limiter = limiter;
  }

  /** Counts a try. Errors: `LS_RATE_LIMITED` with its headers, where the subject has none left. */
  async take(subject: string): Promise<Usage> {
    try {
      return this.#usage(await this.#limiter.consume(subjectKey(subject)));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw this.#refusal(error);
      throw error;
    }
  }

  /** Whether a try would count, without counting one: for what is counted only when it fails. Errors: `LS_RATE_LIMITED`. */
  async check(subject: string): Promise<void> {
    const used = await this.#limiter.get(subjectKey(subject));
    if (used !== null && used.consumedPoints >= this.#quota.points && used.msBeforeNext > 0) throw this.#refusal(used);
  }

  /** Undoes a `take` whose try turned out well. */
  async giveBack(subject: string): Promise<Usage> {
    return this.#usage(await this.#limiter.reward(subjectKey(subject)));
  }

  #usage({ remainingPoints, msBeforeNext }: RateLimiterRes): Usage {
    const { points, seconds } = this.#quota;
    const remaining = Math.min(remainingPoints, points);
    return { name: this.#name, points, seconds, remaining, reset: Math.max(Math.ceil(msBeforeNext / 1000), 1) };
  }

  #refusal(used: RateLimiterRes): Error {
    const usage = { ...this.#usage(used), remaining: 0 };
    const error = rateLimited(`Try again in ${usage.reset} s.`, { retry_after: usage.reset });
    Object.assign(error.headers, rateLimitHeaders([usage]));
    return error;
  }
}
