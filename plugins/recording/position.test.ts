import { expect } from 'chai';
import fc from 'fast-check';
import { findPosition } from './position.ts';

const pieces = (sizes: number[], duration: number) =>
  sizes.map((size, at) => ({ size, start: at * duration, duration }));

describe('position in a file', () => {
  it('follows from the size', () => {
    const video = pieces([1000, 900, 1100], 2);
    const audio = pieces([50, 51, 52], 2);
    expect(findPosition(0, video, audio)).to.deep.equal({ video: 0, audio: 0 });
    expect(findPosition(1000, video, audio)).to.deep.equal({ video: 1, audio: 0 });
    expect(findPosition(1950, video, audio)).to.deep.equal({ video: 2, audio: 1 });
    expect(findPosition(3153, video, audio)).to.deep.equal({ video: 3, audio: 3 });
    expect(findPosition(101, [], audio)).to.deep.equal({ video: 0, audio: 2 });
  });

  it('is nowhere where no counts add up', () => {
    expect(findPosition(1, pieces([1000], 2), pieces([50], 2))).to.equal(null);
    expect(findPosition(1051, pieces([1000], 2), pieces([50], 2))).to.equal(null);
    expect(findPosition(-5, pieces([1000], 2), [])).to.equal(null);
  });

  it('is where the tracks end together, where several add up', () => {
    const alike = pieces(Array(20).fill(100), 2);
    expect(findPosition(1000, alike, alike)).to.deep.equal({ video: 5, audio: 5 });
  });

  it('is found wherever a writer was stopped', () => {
    const sizes = fc.array(fc.integer({ min: 40, max: 2_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (ofVideo, ofAudio, cut) => {
        const [video, audio] = [pieces(ofVideo, 2), pieces(ofAudio, 2)];
        const count = cut % (Math.min(video.length, audio.length) + 1);
        const written = [...video.slice(0, count), ...audio.slice(0, count)].reduce((sum, { size }) => sum + size, 0);
        expect(findPosition(written, video, audio)).to.deep.equal({ video: count, audio: count });
      }),
    );
  });
});
