/** What the guards around taps promise: who is stopped by a bad tap, and who is not. */
import { expect } from 'chai';
import { Registry } from 'prom-client';
import type { AuthorizeContext, HookName, PipelinePlan, PublishContext, SegmentContext } from '#plugin-api';
import { Hooks, type Quarantine } from './hooks.ts';
import { createLogger } from './log.ts';

const stream = {
  id: 'str_1',
  organizationId: 'org_1',
  title: 'A stream',
  latency: 'standard',
  record: false,
  visibility: 'public',
} as const;
const session = { id: 'ses_1', startedAt: new Date(0) };
const attempt: AuthorizeContext = { action: 'publish', stream, remoteAddress: '192.0.2.1', ingest: 'rtmp' };
const opening: PublishContext = { stream, session, enqueue: async () => 'job_1' };
const asked = { stream, session, source: { video: null, audio: null }, shed: 0 };
const plan: PipelinePlan = { offerSource: true, renditions: [], keyframes: 'source' };
const segment: SegmentContext = {
  ...{ stream, session, rendition: 'source', kind: 'video', sequence: 1, start: 0, duration: 2, discontinuity: false },
  init: { number: 0, bytes: Buffer.from('init') },
  size: 1,
  storageKey: 'sessions/ses_1/source/1.m4s',
};

describe('hooks', () => {
  let lines: { level: string; msg: string; plugin?: string }[];
  let quarantines: Quarantine[];
  let registry: Registry;
  let hooks: Hooks;

  beforeEach(() => {
    lines = [];
    quarantines = [];
    registry = new Registry();
    hooks = new Hooks({
      log: createLogger({ level: 'debug', pretty: false, write: (line) => lines.push(JSON.parse(line)) }),
      registry,
      onQuarantine: (quarantine) => quarantines.push(quarantine),
    });
  });

  it('tells every notify tap, though one throws and one never answers', async () => {
    const told: string[] = [];
    hooks.tap('throws', 'segment', () => {
      throw new Error('broken');
    });
    hooks.tap('hangs', 'segment', () => new Promise<void>(() => {}), { budget: 20 });
    hooks.tap('listens', 'segment', (context) => void told.push(context.rendition));
    await hooks.notify('segment', segment);
    expect(told).to.deep.equal(['source']);
    expect(lines.map((line) => [line.level, line.plugin])).to.deep.include.members([
      ['error', 'throws'],
      ['warn', 'hangs'],
    ]);
    const metrics = await registry.metrics();
    expect(metrics).to.match(/hook_tap_seconds_count\{hook="segment",plugin="throws",outcome="failed"\} 1/);
    expect(metrics).to.match(/hook_tap_seconds_count\{hook="segment",plugin="hangs",outcome="over_budget"\} 1/);
  });

  it('hands a shaped value on, unchanged by taps that fail half-way or are late', async () => {
    hooks.tap('first', 'pipeline', (value) => ({ ...value, offerSource: false }));
    hooks.tap('halfway', 'pipeline', (value) => {
      value.keyframes = { every: 9 };
      throw new Error('broken');
    });
    hooks.tap(
      'late',
      'pipeline',
      (value, _context, signal) => onAbort(signal, () => ({ ...value, offerSource: true })),
      {
        budget: 20,
      },
    );
    expect(await hooks.pipeline(plan, asked)).to.deep.equal({ ...plan, offerSource: false });
    expect(plan.offerSource).to.equal(true);
  });

  it('refuses with the first reason given, and asks no further', async () => {
    let asks = 0;
    hooks.tap('open', 'authorize', () => undefined);
    hooks.tap('bans', 'authorize', () => ({ refuse: 'This address is banned.' }));
    hooks.tap('after', 'authorize', () => {
      asks += 1;
    });
    expect(await hooks.authorize(attempt)).to.deep.equal({ refuse: 'This address is banned.' });
    expect(asks).to.equal(0);
  });

  it('refuses when a gate fails, without telling the client why', async () => {
    hooks.tap('broken', 'authorize', () => {
      throw new Error('password of the database');
    });
    const refusal = await hooks.authorize(attempt);
    expect(refusal?.refuse).to.be.a('string').and.not.contain('password');
  });

  it('allows where no gate objects', async () => {
    expect(await hooks.authorize(attempt)).to.equal(undefined);
  });

  it('refuses a publish whose tap throws', async () => {
    hooks.tap('broken', 'publish', () => {
      throw new Error('no job');
    });
    const error = await hooks.publish(opening).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.equal('no job');
  });

  it('quarantines a plugin after three misses in a row, and leaves its gates standing', async () => {
    let calls = 0;
    hooks.tap(
      'slow',
      'segment',
      () => {
        calls += 1;
        return new Promise<void>(() => {});
      },
      { budget: 5 },
    );
    hooks.tap('slow', 'authorize', () => ({ refuse: 'Not you.' }));
    for (let i = 0; i < 5; i++) await hooks.notify('segment', segment);
    expect(calls).to.equal(3);
    expect(quarantines.map(({ plugin, hook }) => [plugin, hook])).to.deep.equal([['slow', 'segment']]);
    expect(hooks.quarantined()).to.have.length(1);
    expect(await hooks.authorize(attempt)).to.deep.equal({ refuse: 'Not you.' });
  });

  it('counts a tap that holds the event loop as over its budget', async () => {
    hooks.tap(
      'spins',
      'segment',
      () => {
        const until = performance.now() + 30;
        while (performance.now() < until);
      },
      { budget: 5 },
    );
    await hooks.notify('segment', segment);
    expect(lines.some((line) => line.msg.includes('longer than 5 ms'))).to.equal(true);
  });

  it('orders taps by set-up, and by `before`', () => {
    hooks.tap('a', 'asset', () => {});
    hooks.tap('b', 'asset', () => {});
    hooks.tap('c', 'asset', () => {}, { before: 'a' });
    hooks.seal();
    expect(hooks.taps('asset')).to.deep.equal(['c', 'a', 'b']);
  });

  it('throws for a hook that does not exist, a `before` that nobody taps, a second tap, and a late one', () => {
    expect(() => hooks.tap('odd', 'segmnet' as HookName, () => {})).to.throw(/odd.*"segmnet".*mean "segment"/);
    hooks.tap('odd', 'segment', () => {}, { before: 'nobody' });
    expect(() => hooks.tap('odd', 'segment', () => {})).to.throw(/twice/);
    expect(() => hooks.seal()).to.throw(/odd.*before "nobody"/);
    expect(() => hooks.tap('late', 'segment', () => {})).to.throw(/after the start/);
  });
});

/** Answers only when told to stop, as a tap does that ignores its budget. */
function onAbort<T>(signal: AbortSignal, answer: () => T): Promise<T> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer())));
}
