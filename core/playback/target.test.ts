import { expect } from 'chai';
import fc from 'fast-check';
import { readQuery, readTarget, withoutToken } from './target.ts';

describe('playback address', () => {
  it('reads each kind', () => {
    expect(readTarget('/live/S/index.m3u8?token=x/y')).to.include({ kind: 'multivariant', streamId: 'S' });
    expect(readTarget('/live/S/status')).to.include({ kind: 'status', streamId: 'S' });
    expect(readTarget('/live/S/T/720p/index.m3u8')).to.include({ kind: 'playlist', sessionId: 'T', rendition: '720p' });
    expect(readTarget('/live/S/T/720p/vod.m3u8')).to.include({ kind: 'vod' });
    expect(readTarget('/live/S/T/720p/init-3.mp4')).to.include({ kind: 'init', init: 3 });
    expect(readTarget('/live/S/T/720p/3-12.m4s')).to.include({ kind: 'segment', init: 3, sequence: 12 });
    expect(readTarget('/live/S/T/720p/0-12.0.m4s')).to.include({ kind: 'part', sequence: 12, part: 0 });
  });

  it('reads a token before the session', () => {
    const token = 'eyJh.b-_c.d';
    for (const file of ['index.m3u8', 'vod.m3u8', 'init-3.mp4', '3-12.m4s', '3-12.0.m4s']) {
      const plain = readTarget(`/live/S/T/720p/${file}`)!;
      expect(plain.token).to.equal(null);
      expect(readTarget(`/live/S/~${token}/T/720p/${file}?token=x`)).to.deep.equal({ ...plain, token });
    }
    expect(readTarget(`/live/S/~${'a'.repeat(1024)}/T/720p/index.m3u8`)).not.to.equal(null);
  });

  it('has no token in what is logged', () => {
    const plain = '/live/S/T/720p/index.m3u8';
    expect(withoutToken(`${plain}?token=secret`)).to.equal(plain);
    expect(withoutToken('/live/S/~secret/T/720p/index.m3u8?token=secret')).to.equal(plain);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.%~?=&#aT') }), (tail) => {
        expect(withoutToken(`/live/S/~secret${tail}`)).not.to.contain('secret');
      }),
    );
  });

  for (const path of [
    '/live/',
    '/live/S',
    '/live/S/',
    '/live/S/other',
    '/live/S/status/',
    '/live/S/../index.m3u8',
    '/live/S/T/index.m3u8',
    '/live/S/T/720p/',
    '/live/S/T/720p/x/index.m3u8',
    '/live/S/T/720p/../../../../etc/passwd',
    '/live/S/T/720p/..%2f..%2f12.m4s',
    '/live/S/T/720p/12%2em4s',
    '/live/S/T/720p/0-12.m4s%00',
    '/live/S/T/720p/0-12.m4s\u0000',
    '/live/S/T/720p/0-12.m4s/',
    '/live/S/T/720p/0-012.m4s',
    '/live/S/T/720p/-1.m4s',
    '/live/S/T/720p/1e3.m4s',
    '/live/S/T/720p/.m4s',
    '/live/S/T/720p/12.m4s',
    '/live/S/T/720p/12-.m4s',
    '/live/S/T/720p/1-2-3.m4s',
    '/live/S/T/720p/0-1..m4s',
    '/live/S/T/720p/0-1.2.3.m4s',
    '/live/S/T/720p/0-9999999999.m4s',
    '/live/S/T/720p/init-.mp4',
    '/live/S/T/720p/init-1.mp4.mp4',
    '/live/S/~t/index.m3u8',
    '/live/S/~t/status',
    '/live/S/~t',
    '/live/S/~t?/T/720p/index.m3u8',
    '/live/S/~/T/720p/index.m3u8',
    '/live/S/~t//720p/index.m3u8',
    '/live/S/~a%2eb/T/720p/index.m3u8',
    '/live/S/~a~b/T/720p/index.m3u8',
    '/live/S/~a"b/T/720p/index.m3u8',
    '/live/S/~a\u0000b/T/720p/index.m3u8',
    '/live/S/~t/../T/720p/index.m3u8',
    '/live/S/%7Et/T/720p/index.m3u8/',
    `/live/S/~${'a'.repeat(1025)}/T/720p/index.m3u8`,
  ]) {
    it(`takes ${JSON.stringify(path)} for nothing`, () => {
      expect(readTarget(path)).to.equal(null);
    });
  }

  it('names a file only by numbers, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.%0129aems4t-init?=&\\\u0000') }), (tail) => {
        const target = readTarget(`/live/S/T/r/${tail}`);
        if (target === null) return;
        const { kind, init, sequence, part } = target;
        const path = tail.split('?')[0];
        if (kind === 'segment') expect(path).to.equal(`${init}-${sequence}.m4s`);
        if (kind === 'part') expect(path).to.equal(`${init}-${sequence}.${part}.m4s`);
      }),
    );
  });

  it('takes for a token only what can be one, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.%~-_09az"?\\\u0000ä') }), (segment) => {
        const target = readTarget(`/live/S/~${segment}/T/r/index.m3u8`);
        if (/^[\w.-]+$/.test(segment)) expect(target).to.include({ kind: 'playlist', sessionId: 'T', token: segment });
        else expect(target?.token ?? '').to.match(/^[\w.-]*$/);
      }),
    );
  });

  it('reads the query', () => {
    expect(readQuery('/x')).to.deep.equal({ token: null, sequence: null, part: null, skip: false });
    expect(readQuery('/x?_HLS_msn=7&_HLS_part=0&_HLS_skip=YES&token=a.b&z=1&y')).to.deep.equal({
      token: 'a.b',
      sequence: 7,
      part: 0,
      skip: true,
    });
    expect(readQuery('/x?_HLS_msn=x').sequence).to.be.NaN;
    expect(readQuery('/x?_HLS_msn=-1').sequence).to.be.NaN;
    expect(readQuery('/x?&&=&token')).to.deep.equal({ token: null, sequence: null, part: null, skip: false });
  });
});
