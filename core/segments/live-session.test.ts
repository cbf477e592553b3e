/** The ring of a live session: its window, what stays in memory, what it says of bandwidths and discontinuities. */
import { expect } from 'chai';
import { LiveSession } from './live-session.ts';
import type { Rendition, Segment } from './ring.ts';
import { AUDIO, cut, VIDEO } from './test-session.ts';

function liveSession(dvrWindow = 0): { session: LiveSession; finished: { rendition: Rendition; segment: Segment }[] } {
  const finished: { rendition: Rendition; segment: Segment }[] = [];
  const session = new LiveSession({
    sessionId: 'ses_1',
    streamId: 'str_1',
    latency: 'standard',
    dvrWindow,
    onSegment: (rendition, segment) => finished.push({ rendition, segment }),
  });
  session.setListed(['720p', 'audio']);
  session.init('720p', { number: 0, config: VIDEO, bytes: Buffer.from('init') }, 0.5);
  session.init('audio', { number: 0, config: AUDIO, bytes: Buffer.from('init') }, 0.512);
  return { session, finished };
}

const sequences = (session: LiveSession, name: string) =>
  session.renditions.get(name)!.segments.map(({ sequence }) => sequence);

describe('LiveSession', () => {
  it('shows a segment with its first part, and never one without', () => {
    const { session, finished } = liveSession();
    const open = { sequence: 0, start: 0, programDateTime: 0, discontinuity: false, init: 0 };
    session.open('720p', open);
    expect(sequences(session, '720p')).to.deep.equal([]);
    session.close('720p');
    expect(finished).to.deep.equal([]);
    session.open('720p', open);
    const { version } = session;
    session.part('720p', { duration: 0.5, independent: true, bytes: Buffer.alloc(1000) });
    expect(sequences(session, '720p')).to.deep.equal([0]);
    expect(session.version).to.be.greaterThan(version);
    expect(session.renditions.get('720p')).to.include({ averageBandwidth: 16_000, peakBandwidth: 16_000 });
  });

  it('keeps its window, and counts the discontinuities that leave it', () => {
    const { session } = liveSession();
    cut(session, '720p', { from: 0, count: 15, discontinuity: 2 });
    expect(sequences(session, '720p')).to.deep.equal([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(session.renditions.get('720p')!.discontinuitySequence).to.equal(1);
    cut(session, 'audio', { from: 12, count: 3 });
    expect(session.renditions.get('audio')!.discontinuitySequence).to.equal(1);
    const long = liveSession(40).session;
    cut(long, '720p', { from: 0, count: 40 });
    expect(sequences(long, '720p')).to.have.length(20);
  });

  it('lets go the bytes of what is stored and old, and of nothing else', () => {
    const { session, finished } = liveSession(3600);
    cut(session, '720p', { from: 0, count: 30 });
    const inMemory = () => session.renditions.get('720p')!.segments.filter(({ parts }) => parts !== null).length;
    expect(inMemory()).to.equal(30);
    for (const { rendition, segment } of finished.slice(0, 20)) {
      session.stored(rendition.name, segment, `key ${segment.sequence}`);
    }
    expect(inMemory()).to.equal(15);
    cut(session, '720p', { from: 30, count: 60 });
    // 120 s are the most that waits for a storage that takes nothing: what is older leaves the window.
    expect(sequences(session, '720p')[0]).to.equal(29);
    expect(session.renditions.get('720p')!.departed?.get(19)).to.equal('key 19');
  });

  it('numbers segments without a gap: after one, a rendition begins again', () => {
    const { session } = liveSession();
    cut(session, '720p', { from: 0, count: 5, discontinuity: 3 });
    cut(session, 'audio', { from: 0, count: 3 });
    cut(session, 'audio', { from: 4, count: 1 });
    expect(sequences(session, 'audio')).to.deep.equal([4]);
    expect(session.renditions.get('audio')!.discontinuitySequence).to.equal(1);
  });

  it('states a longer target duration only where a segment is longer', () => {
    const { session } = liveSession();
    cut(session, '720p', { from: 0, count: 1 });
    expect(session.targetDuration).to.equal(2);
    session.open('720p', { sequence: 1, start: 2, programDateTime: 0, discontinuity: false, init: 0 });
    for (let part = 0; part < 7; part++) {
      session.part('720p', { duration: 0.5, independent: false, bytes: Buffer.alloc(10) });
    }
    expect(session.targetDuration).to.equal(4);
  });

  it('lists renditions in the order they are offered in, and forgets those taken away', () => {
    const { session } = liveSession();
    const heard: (string | null)[] = [];
    const stop = session.onChange((rendition) => heard.push(rendition?.name ?? null));
    session.setListed(['audio', '720p']);
    expect([...session.renditions.keys()]).to.deep.equal(['audio', '720p']);
    session.removeRendition('720p');
    cut(session, '720p', { from: 0, count: 1 });
    expect([...session.renditions.keys()]).to.deep.equal(['audio']);
    session.setState('reconnecting');
    expect(heard).to.deep.equal([null, null, null]);
    stop();
    session.setState('live');
    expect(heard).to.have.length(3);
  });
});
