/** What is kept of a segment that renditions had begun, each as far as it had come. */
import { expect } from 'chai';
import { type Begun, keepInStep } from './in-step.ts';

/** A rendition's parts: as many as there are lengths. */
function begun(rendition: string, durations: number[], listed = true): Begun {
  const parts = durations.map((duration) => ({ duration, independent: true, bytes: Buffer.alloc(10) }));
  const duration = durations.reduce((sum, one) => sum + one, 0);
  const known = { sequence: 4, start: 8, programDateTime: 0, discontinuity: false, init: 0, storageKey: null };
  const segment = { ...known, duration, size: 10 * parts.length, complete: true, parts };
  return { rendition, kind: rendition === 'audio' ? 'audio' : 'video', listed, segment };
}

const HALF = 0.5;
const parts = (kept: Begun[]) =>
  Object.fromEntries(kept.map(({ rendition, segment }) => [rendition, segment.parts!.length]));

describe('a segment that was begun', () => {
  it('is kept as far as all pictures have it, and its sound with it', () => {
    const all = [
      begun('source', [HALF, HALF, HALF]),
      begun('360p', [HALF, HALF]),
      begun('audio', [0.512, 0.49, 0.512]),
    ];
    const kept = keepInStep(all, null, false);
    expect(parts(kept)).to.deep.equal({ source: 2, '360p': 2, audio: 2 });
    expect(kept[0]!.segment).to.include({ duration: 1, size: 20 });
  });

  it('is not kept where a picture has not begun it yet', () => {
    expect(keepInStep([begun('source', [HALF]), begun('audio', [0.512])], null, true)).to.deep.equal([]);
  });

  it('is kept of those that have most where an encoder lags far behind', () => {
    const all = [begun('source', [HALF, HALF, HALF]), begun('360p', [HALF]), begun('audio', [0.512, 0.49])];
    expect(parts(keepInStep(all, null, false))).to.deep.equal({ source: 3, audio: 2 });
    const without = [begun('source', [HALF, HALF, HALF]), begun('audio', [0.512, 0.49])];
    expect(parts(keepInStep(without, null, true))).to.deep.equal({ source: 3, audio: 2 });
  });

  it('is kept of those that had all of it where the ledger has it of another', () => {
    const all = [begun('720p', [HALF, HALF, HALF, HALF]), begun('360p', [HALF, HALF, HALF]), begun('audio', [0.512])];
    expect(parts(keepInStep(all, 2, false))).to.deep.equal({ '720p': 4, audio: 1 });
  });

  it('is kept whole where nobody is offered it', () => {
    const all = [
      begun('source', [HALF, HALF, HALF], false),
      begun('720p', [HALF, HALF]),
      begun('audio', [0.512, 0.49]),
    ];
    expect(parts(keepInStep(all, null, false))).to.deep.equal({ source: 3, '720p': 2, audio: 2 });
  });

  it('of sound alone is kept as far as it goes', () => {
    expect(parts(keepInStep([begun('audio', [0.512, 0.49, 0.512])], null, false))).to.deep.equal({ audio: 3 });
  });
});
