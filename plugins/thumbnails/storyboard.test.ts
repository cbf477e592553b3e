/** Which moments a storyboard shows, and how its WebVTT says so. */
import { expect } from 'chai';
import type { AssetSegment } from '#plugin-api';
import { chooseTiles, columnsOf, storyboardVtt, tileBox } from './storyboard.ts';

function segments(count: number, duration: number): AssetSegment[] {
  return Array.from({ length: count }, (_, sequence) => ({
    ...{ rendition: '360p', sequence, start: sequence * duration, duration, discontinuity: false, init: 0 },
    ...{ size: 1, sha256: Buffer.alloc(32), storageKey: `s/${sequence}` },
  }));
}

describe('storyboards', () => {
  it('show each segment of something short, evenly spread ones of something long', () => {
    expect(chooseTiles(segments(5, 2), 100, 1).map(({ time }) => time)).to.deep.equal([0, 2, 4, 6, 8]);
    const long = chooseTiles(segments(3600, 2), 100, 1).map(({ time }) => time);
    expect(long).to.have.length(100);
    for (const [at, time] of long.entries()) expect(time).to.be.closeTo(at * 72, 2);
  });

  it('are no denser than asked for', () => {
    expect(chooseTiles(segments(10, 1), 100, 2).map(({ time }) => time)).to.deep.equal([0, 2, 4, 6, 8]);
  });

  it('have no tile where there is no segment', () => {
    expect(chooseTiles([], 100, 1)).to.deep.equal([]);
  });

  it('have tiles in the shape of the picture', () => {
    expect(tileBox({ width: 1280, height: 720 })).to.deep.equal({ width: 160, height: 90 });
    expect(tileBox({ width: 720, height: 1280 })).to.deep.equal({ width: 90, height: 160 });
  });

  it('are written as cues that cover the whole asset', () => {
    expect(columnsOf(3)).to.equal(2);
    expect(storyboardVtt([0.5, 2, 3601], 3605.25, 'storyboard.jpg', { width: 160, height: 90 }, 2)).to.equal(
      [
        'WEBVTT',
        '',
        '00:00:00.000 --> 00:00:02.000',
        'storyboard.jpg#xywh=0,0,160,90',
        '',
        '00:00:02.000 --> 01:00:01.000',
        'storyboard.jpg#xywh=160,0,160,90',
        '',
        '01:00:01.000 --> 01:00:05.250',
        'storyboard.jpg#xywh=0,90,160,90',
        '',
      ].join('\n'),
    );
  });
});
