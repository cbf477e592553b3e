import { expect } from 'chai';
import fc from 'fast-check';
import { readAssetTarget } from './asset-target.ts';

describe('address of an asset', () => {
  it('reads each kind', () => {
    expect(readAssetTarget('/vod/A/index.m3u8?token=x/y')).to.include({ kind: 'multivariant', assetId: 'A' });
    expect(readAssetTarget('/vod/A/720p/index.m3u8')).to.include({ kind: 'playlist', rendition: '720p' });
    expect(readAssetTarget('/vod/A/720p/init-3.mp4')).to.include({ kind: 'init', rendition: '720p', init: 3 });
    expect(readAssetTarget('/vod/A/720p/3-12.m4s')).to.include({ kind: 'segment', init: 3, sequence: 12 });
    for (const image of ['thumbnail.jpg', 'storyboard.vtt', 'storyboard.jpg']) {
      expect(readAssetTarget(`/vod/A/${image}`)).to.include({ kind: 'image', image });
    }
  });

  it('reads a token behind the asset', () => {
    for (const file of ['720p/index.m3u8', '720p/init-3.mp4', '720p/3-12.m4s', 'storyboard.vtt']) {
      const plain = readAssetTarget(`/vod/A/${file}`)!;
      expect(plain.token).to.equal(null);
      expect(readAssetTarget(`/vod/A/~a.b-_c.d/${file}`)).to.deep.equal({ ...plain, token: 'a.b-_c.d' });
    }
  });

  for (const path of [
    '/vod/',
    '/vod/A',
    '/vod/A/',
    '/vod/A/720p',
    '/vod/A/720p/vod.m3u8',
    '/vod/A/720p/0-1.2.m4s',
    '/vod/A/720p/01-1.m4s',
    '/vod/A/720p/x/0-1.m4s',
    '/vod/A/~t/index.m3u8',
    '/vod/A/~/720p/index.m3u8',
    '/vod/A/~a b/720p/index.m3u8',
    '/vod/A/~t/~t/720p/index.m3u8',
    '/vod/A/constructor',
  ]) {
    it(`takes ${JSON.stringify(path)} for nothing`, () => {
      expect(readAssetTarget(path)).to.equal(null);
    });
  }

  it('names media only by numbers, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'./~%-09am4s') }), (tail) => {
        const found = readAssetTarget(`/vod/A/720p/${tail}`);
        if (found === null || found.kind === 'playlist') return;
        expect(tail).to.match(/^(init-\d+\.mp4|\d+-\d+\.m4s)$/);
      }),
    );
  });
});
