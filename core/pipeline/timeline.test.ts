import { expect } from 'chai';
import fc from 'fast-check';
import { Timeline, type Track } from './timeline.ts';

/** Maps all and answers the times; a `!` marks those that are said to be jumps. */
function mapAll(timeline: Timeline, frames: [Track, number][]): string[] {
  return frames.map(([track, raw]) => {
    const { time, jumped } = timeline.map(track, raw);
    return `${time}${jumped ? '!' : ''}`;
  });
}

const video = (...times: number[]): [Track, number][] => times.map((time) => ['video', time]);

describe('the timeline', () => {
  it('starts at its start, and keeps the distance of the tracks', () => {
    const timeline = new Timeline(500);
    const times = mapAll(timeline, [
      ['video', 9000],
      ['audio', 9010],
      ['video', 9033],
      ['audio', 9031],
    ]);
    expect(times).to.deep.equal(['500', '510', '533', '531']);
    expect(timeline.end).to.equal(533);
  });

  it('does not go before its start when the second track starts earlier', () => {
    expect(
      mapAll(new Timeline(), [
        ['video', 100],
        ['audio', 90],
        ['audio', 111],
      ]),
    ).to.deep.equal(['0', '0', '11']);
  });

  it('goes on when 32 bits are full', () => {
    const frames = video(2 ** 32 - 40, 2 ** 32 - 7, 26, 59);
    expect(mapAll(new Timeline(), frames)).to.deep.equal(['0', '33', '66', '99']);
  });

  it('moves equal and slightly earlier times to 1 ms after the last of the track', () => {
    expect(mapAll(new Timeline(), video(0, 40, 40, 35, 80))).to.deep.equal(['0', '40', '41', '42', '80']);
  });

  it('leaves a gap of up to 10 s', () => {
    expect(mapAll(new Timeline(), video(0, 40, 10_040))).to.deep.equal(['0', '40', '10040']);
  });

  it('goes on by one frame where the clock jumps forward by more than 10 s', () => {
    expect(mapAll(new Timeline(), video(0, 40, 10_041, 10_081))).to.deep.equal(['0', '40', '80!', '120']);
  });

  it('goes on by one frame where the clock is set back, for both tracks', () => {
    const frames: [Track, number][] = [
      ['video', 60_000],
      ['audio', 60_005],
      ['video', 60_040],
      ['audio', 60_028],
      ['video', 0],
      ['audio', 5],
      ['video', 40],
      ['audio', 28],
    ];
    const times = mapAll(new Timeline(), frames);
    expect(times).to.deep.equal(['0', '5', '40', '28', '80!', '85', '120', '108']);
  });

  it('keeps frames of the old clock to it while the other track is on the new one', () => {
    const times = mapAll(new Timeline(), [
      ['video', 60_000],
      ['audio', 60_000],
      ['video', 60_040],
      ['video', 0],
      ['audio', 60_021],
      ['video', 40],
      ['audio', 2],
    ]);
    expect(times).to.deep.equal(['0', '0', '40', '80!', '21', '120', '82']);
  });

  it('lets two tracks keep clocks of their own', () => {
    const frames: [Track, number][] = [0, 1, 2, 3].flatMap((i): [Track, number][] => [
      ['video', 3_600_000 + 40 * i],
      ['audio', 21 * i],
    ]);
    expect(mapAll(new Timeline(), frames)).to.deep.equal(['0', '33!', '40', '54', '80', '75', '120', '96']);
  });

  it('continues a silent track where the other one is', () => {
    const timeline = new Timeline();
    timeline.map('audio', 0);
    for (let time = 0; time <= 30_000; time += 40) timeline.map('video', time);
    expect(timeline.map('audio', 30_010)).to.deep.equal({ time: 30_010, jumped: false });
  });

  it('continues one frame after the end with a new connection', () => {
    const timeline = new Timeline();
    mapAll(timeline, [
      ['video', 500],
      ['audio', 510],
      ['video', 540],
      ['audio', 531],
    ]);
    timeline.rebase();
    expect(
      mapAll(timeline, [
        ['audio', 540],
        ['video', 545],
      ]),
    ).to.deep.equal(['61!', '66']);
  });

  it('takes a new connection before the first frame for nothing', () => {
    const timeline = new Timeline(7);
    timeline.rebase();
    expect(timeline.map('video', 99)).to.deep.equal({ time: 7, jumped: false });
  });

  it('rises strictly in each track, and never by more than 10 s, whatever comes', () => {
    const frame = fc.record({
      track: fc.constantFrom<Track>('video', 'audio'),
      raw: fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 20_000 })),
      rebase: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 200 }), (frames) => {
        const timeline = new Timeline();
        const last = { video: -1, audio: -1 };
        let end = 0;
        for (const { track, raw, rebase } of frames) {
          if (rebase) timeline.rebase();
          const { time } = timeline.map(track, raw);
          expect(time).to.be.greaterThan(last[track]);
          expect(time).to.be.at.most(end + 10_000);
          last[track] = time;
          end = Math.max(end, time);
        }
      }),
    );
  });
});
