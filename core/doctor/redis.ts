/** Redis, where one is set. */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { type Check, messageOf, well, wrong } from './check.ts';

/** Milliseconds. */
const PATIENCE = 5000;

export const redis: Check = {
  name: 'Redis',
  async run({ redisUrl }) {
    if (redisUrl === null) return well('None is set: tries are counted in memory.');
    const client = new Redis(redisUrl, {
      lazyConnect: true,
      connectTimeout: PATIENCE,
      commandTimeout: PATIENCE,
      retryStrategy: () => null,
    });
    // What was wrong with the connection itself: a command only says that there is none.
    const failed = once(client, 'error').then(([error]) => error as Error);
    try {
      await client.connect();
      const version = /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1];
      return well(`Redis ${version ?? 'of an unknown version'} answers.`);
    } catch (error) {
      const reason = await Promise.race([failed, Promise.resolve(error)]);
      return wrong(
        `The Redis of REDIS_URL does not answer: ${messageOf(reason)}.`,
        'Check its host, port, user and password. Without it each process counts tries for itself.',
      );
    } finally {
      client.disconnect();
    }
  },
};
