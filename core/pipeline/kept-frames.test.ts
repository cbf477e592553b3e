/** What is kept for an encoder that has to be started again. */
import { expect } from 'chai';
import { KeptFrames } from './kept-frames.ts';
import type { Frame } from './track.ts';

const frame = (dts: number, keyframe = false, size = 10): Frame => ({
  dts,
  cts: 0,
  keyframe,
  data: Buffer.alloc(size),
});

describe('KeptFrames', () => {
  it('starts at a keyframe, and forgets whole groups as they are finished', () => {
    const kept = new KeptFrames();
    kept.push(frame(0));
    for (let i = 0; i < 90; i++) kept.push(frame(100 + i * 40, i % 30 === 0));
    expect(kept.frames[0]).to.include({ dts: 100, keyframe: true });
    kept.finished(1299);
    expect(kept.frames[0]!.dts).to.equal(100);
    kept.finished(1300);
    expect(kept.frames[0]!.dts).to.equal(1300);
    kept.finishedAll();
    expect(kept.frames[0]!.dts).to.equal(2500);
    expect(kept.frames).to.have.length(30);
  });

  it('gives up the oldest group where an encoder is too far behind', () => {
    const kept = new KeptFrames();
    for (let i = 0; i < 13; i++) kept.push(frame(i * 1000, true, 8 << 20));
    expect(kept.frames[0]!.dts).to.equal(1000);
  });
});
