/** The connection to Redis: it never keeps a request waiting for long, and says once that Redis is gone, and once that it is back. */
import { Redis } from 'ioredis';
import type { Logger } from '#plugin-api';

/** Milliseconds: who tries to log in waits at most so long before this process counts for itself. */
const PATIENCE = 500;

export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    commandTimeout: PATIENCE,
    // What cannot be counted now is counted in memory: it must neither wait for Redis nor be counted there later.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  let gone = false;
  redis.on('error', ({ message }: Error) => {
    // Not the error itself: where Redis refuses the password, it holds the command that sent it.
    if (!gone) log.warn({ reason: message }, 'Redis does not answer; this process counts for itself until it does.');
    gone = true;
  });
  redis.on('ready', () => {
    if (gone) log.info({}, 'Redis answers again.');
    gone = false;
  });
  return redis;
}
