/** Limits in memory and on a real Redis: who is held back, what is told, and what happens when Redis goes away. */
import { expect } from 'chai';
import { LivestreamsError, type RouteAnswer } from '#plugin-api';
import { quietLog } from '../../test/support/log.ts';
import { hasRedis, startRedis, type TestRedis } from '../../test/support/redis.ts';
import { until } from '../../test/support/until.ts';
import { createLogger } from '../log.ts';
import { addressSubject, type Limit, Limits, limited, limitFailures } from './index.ts';

const refusal = async (work: Promise<unknown>): Promise<LivestreamsError> => {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(LivestreamsError);
  return outcome as LivestreamsError;
};
/** How many of so many tries at once are let through. */
const passed = async (limit: Limit, tries: number, subject = '192.0.2.1') => {
  const outcomes = await Promise.allSettled(Array.from({ length: tries }, () => limit.take(subject)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
};

describe('limits', () => {
  const limits = new Limits({ redisUrl: null, log: quietLog });
  let names = 0;
  const newLimit = (points = 3) => limits.limit(`test-${names++}`, { points, seconds: 60 });

  it('let so many through, also when all come at once, and others beside them', async () => {
    const limit = newLimit(3);
    expect(await passed(limit, 10)).to.equal(3);
    expect(await passed(limit, 1, '192.0.2.2')).to.equal(1);
  });

  it('refuse with what remains, and when to come again', async () => {
    const limit = limits.limit('told', { points: 1, seconds: 60 });
    expect(await limit.take('a')).to.include({ name: 'told', points: 1, seconds: 60, remaining: 0 });
    const { code, kind, headers, extensions } = await refusal(limit.take('a'));
    expect([code, kind.status]).to.deep.equal(['LS_RATE_LIMITED', 429]);
    const wait = extensions.retry_after;
    expect(wait).to.be.within(1, 60);
    expect(headers).to.deep.equal({
      'RateLimit-Policy': '"told";q=1;w=60',
      RateLimit: `"told";r=0;t=${wait}`,
    });
  });

  it('count nothing where they are only looked at', async () => {
    const limit = newLimit(1);
    for (let i = 0; i < 3; i++) await limit.check('a');
    await limit.take('a');
    expect((await refusal(limit.check('a'))).code).to.equal('LS_RATE_LIMITED');
  });

  it('tell on a route’s answer what remains of each', async () => {
    const counted = [
      { limit: limits.limit('by-address', { points: 9, seconds: 60 }), subject: 'a' },
      { limit: limits.limit('by-account', { points: 5, seconds: 10 }), subject: 'b' },
    ];
    const answer = await limited(counted, async () => ({ status: 200, headers: { Location: '/x' } }));
    expect(answer.headers).to.deep.equal({
      Location: '/x',
      'RateLimit-Policy': '"by-address";q=9;w=60, "by-account";q=5;w=10',
      RateLimit: '"by-address";r=8;t=60, "by-account";r=4;t=10',
    });
  });

  it('give back what succeeded, and keep what failed', async () => {
    const limit = newLimit(2);
    const works = async (): Promise<RouteAnswer> => ({ status: 200 });
    const counted = [{ limit, subject: 'a' }];
    for (let i = 0; i < 5; i++) expect((await limitFailures(counted, works)).headers?.RateLimit).to.contain('r=2');
    const failure = new LivestreamsError({ code: 'LS_X', status: 401, title: '', fix: '' }, 'no');
    const fails = () => Promise.reject(failure);
    expect((await refusal(limitFailures(counted, fails))).headers.RateLimit).to.contain('r=1');
    await refusal(limitFailures(counted, fails));
    expect((await refusal(limitFailures(counted, works))).code).to.equal('LS_RATE_LIMITED');
  });

  it('count a network of IPv6 as one', () => {
    expect(addressSubject('192.0.2.1')).to.equal('192.0.2.1');
    for (const address of ['2001:db8::1', '2001:0db8:0:0:ffff::', '2001:db8::2%eth0']) {
      expect(addressSubject(address), address).to.equal('2001:db8:0:0::/64');
    }
    expect(addressSubject('2001:db8:0:1::1')).to.equal('2001:db8:0:1::/64');
    expect(addressSubject('::1')).to.equal('0:0:0:0::/64');
    expect(addressSubject('fe80::1:2:3:4:5')).to.equal('fe80:0:0:1::/64');
  });
});

describe('limits on Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  const processes: Limits[] = [];
  const start = () => {
    const limits = new Limits({ redisUrl: redis.url, log: quietLog });
    processes.push(limits);
    return limits;
  };
  /** Resolves when the process counts in Redis: what one takes, the other sees. */
  const together = (one: Limit, other: Limit) =>
    until(async () => {
      const subject = `probe ${Math.random()}`;
      await one.take(subject);
      return (await other.take(subject)).remaining === 8;
    }, 'both to count in Redis');
  const quota = { points: 10, seconds: 60 };

  before(function () {
    if (!hasRedis()) this.skip();
  });
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const limits of processes.splice(0)) limits.stop();
    await redis?.kill();
  });

  it('count for all processes together', async () => {
    const [one, other] = [start().limit('login', quota), start().limit('login', quota)];
    await together(one, other);
    const both = await Promise.all([passed(one, 10), passed(other, 10)]);
    expect(both[0]! + both[1]!).to.equal(10);
    expect((await refusal(one.check('192.0.2.1'))).code).to.equal('LS_RATE_LIMITED');
    await one.take('192.0.2.2');
    await one.giveBack('192.0.2.2');
    expect((await other.take('192.0.2.2')).remaining).to.equal(9);
  });

  it('go on in memory when Redis is gone, and return to it', async () => {
    const [one, other] = [start().limit('login', quota), start().limit('login', quota)];
    await together(one, other);
    const { port } = redis;
    await redis.kill();
    expect(await passed(one, 12, '192.0.2.3')).to.equal(10);
    expect(await passed(other, 12, '192.0.2.3')).to.equal(10);
    redis = await startRedis({ port });
    await together(one, other);
  });

  it('say that Redis refuses the password, and not which one', async () => {
    const locked = await startRedis({ password: 'right' });
    const lines: string[] = [];
    const log = createLogger({ level: 'debug', pretty: false, write: (line) => void lines.push(line) });
    const redisUrl = locked.url.replace('//', '//:marker-of-a-secret@');
    const limits = new Limits({ redisUrl, log });
    processes.push(limits);
    try {
      await until(() => lines.some((line) => line.includes('WRONGPASS')), 'the refusal to be logged');
      expect(await passed(limits.limit('login', quota), 12)).to.equal(10);
    } finally {
      limits.stop();
      await locked.kill();
    }
    expect(lines.join('')).not.to.contain('marker-of-a-secret');
  });
});
