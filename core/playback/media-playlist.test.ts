import { expect } from 'chai';
import type { Rendition } from '../segments/ring.ts';
import { MediaPlaylist } from './media-playlist.ts';
import { audioConfig, TestPresentation, videoConfig } from './test-presentation.ts';

const full = { delta: false };
const delta = { delta: true };

function lines(playlist: MediaPlaylist, request = full): string[] {
  return playlist.render(request)!.trimEnd().split('\n');
}

function withTag(tag: string, all: string[]): string[] {
  return all.filter((line) => line.startsWith(tag));
}

describe('media playlist', () => {
  let presentation: TestPresentation;
  let video: Rendition;
  let playlist: MediaPlaylist;

  beforeEach(() => {
    presentation = new TestPresentation(1);
    video = presentation.rendition('720p', videoConfig());
    playlist = new MediaPlaylist(presentation, video);
  });

  it('lists nothing before the first part', () => {
    expect(playlist.render(full)).to.equal(null);
    presentation.open(video);
    expect(playlist.render(full)).to.equal(null);
    presentation.part(video);
    expect(playlist.render(full)).not.to.equal(null);
  });

  it('is, for one segment and the beginning of a second, exactly this', () => {
    presentation.segments(video, 1);
    presentation.open(video);
    presentation.part(video);
    const audio = presentation.rendition('audio', audioConfig(), 0.21334);
    presentation.segments(audio, 1);
    expect(playlist.render(full)).to.equal(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.64002,HOLD-BACK=3,CAN-SKIP-UNTIL=6
#EXT-X-PART-INF:PART-TARGET=0.2
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-MAP:URI="init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXT-X-PART:DURATION=0.20000,INDEPENDENT=YES,URI="0-0.0.m4s"
#EXT-X-PART:DURATION=0.20000,URI="0-0.1.m4s"
#EXT-X-PART:DURATION=0.20000,URI="0-0.2.m4s"
#EXT-X-PART:DURATION=0.20000,URI="0-0.3.m4s"
#EXT-X-PART:DURATION=0.20000,URI="0-0.4.m4s"
#EXTINF:1.00000,
0-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:01.000Z
#EXT-X-PART:DURATION=0.20000,INDEPENDENT=YES,URI="0-1.0.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="0-1.1.m4s"
#EXT-X-RENDITION-REPORT:URI="../audio/index.m3u8",LAST-MSN=0,LAST-PART=4
`);
  });

  it('hints at the first part of the next segment once one is finished', () => {
    presentation.segments(video, 1);
    expect(lines(playlist).at(-1)).to.equal('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="0-1.0.m4s"');
  });

  it('does not list, nor hint past, a segment that has no part yet', () => {
    presentation.segments(video, 1);
    presentation.open(video);
    expect(lines(playlist).at(-1)).to.equal('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="0-1.0.m4s"');
    expect(withTag('#EXT-X-PROGRAM-DATE-TIME', lines(playlist))).to.have.length(1);
  });

  it('lists the parts of the last three target durations only', () => {
    presentation.segments(video, 8);
    const parts = withTag('#EXT-X-PART:', lines(playlist));
    expect(parts).to.have.length(15);
    expect(parts[0]).to.contain('URI="0-5.0.m4s"');
  });

  it('stays the text that a rendering from scratch gives, while the window moves', () => {
    for (let step = 0; step < 40; step++) {
      presentation.open(video, { discontinuity: step % 7 === 3, init: step < 20 ? 0 : 1 });
      for (let part = 0; part < 5; part++) {
        presentation.part(video);
        const fresh = new MediaPlaylist(presentation, video);
        for (const request of [full, delta]) expect(lines(playlist, request)).to.deep.equal(lines(fresh, request));
      }
      presentation.close(video);
      if (video.segments.length > 12) {
        if (video.segments.shift()!.discontinuity) video.discontinuitySequence++;
        presentation.changed(video);
      }
    }
    expect(lines(playlist)).to.include('#EXT-X-MEDIA-SEQUENCE:28');
    expect(withTag('#EXT-X-MAP', lines(playlist))).to.deep.equal(['#EXT-X-MAP:URI="init-1.mp4"']);
    expect(lines(playlist)).to.include('#EXT-X-DISCONTINUITY-SEQUENCE:4');
  });

  it('states a new initialization section where it begins', () => {
    presentation.segments(video, 1);
    presentation.open(video, { discontinuity: true, init: 1 });
    presentation.part(video);
    const text = lines(playlist).join('\n');
    expect(text).to.contain('0-0.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-1.mp4"\n#EXT-X-PROGRAM-DATE-TIME');
  });

  it('skips, in a delta update, what is older than six target durations', () => {
    presentation.segments(video, 20);
    const update = lines(playlist, delta);
    expect(update).to.include('#EXT-X-SKIP:SKIPPED-SEGMENTS=14');
    expect(update).to.include('#EXT-X-MEDIA-SEQUENCE:0');
    expect(withTag('#EXTINF', update)).to.have.length(6);
    expect(withTag('#EXT-X-MAP', update)).to.have.length(0);
  });

  it('answers a delta request in full where there is nothing to skip', () => {
    presentation.segments(video, 6);
    expect(lines(playlist, delta)).to.deep.equal(lines(playlist));
  });

  it('just stops in an outage, without a hint and without an end', () => {
    presentation.segments(video, 2);
    presentation.enter('reconnecting');
    const all = lines(playlist);
    expect(all.at(-1)).to.equal('0-1.m4s');
    expect(withTag('#EXT-X-GAP', all)).to.have.length(0);
  });

  it('ends with ENDLIST and without anything of low latency', () => {
    presentation.segments(video, 2);
    presentation.enter('ended');
    const all = lines(playlist);
    expect(all.slice(-3)).to.deep.equal(['#EXTINF:1.00000,', '0-1.m4s', '#EXT-X-ENDLIST']);
    for (const tag of ['#EXT-X-PART', '#EXT-X-SERVER-CONTROL', '#EXT-X-PRELOAD-HINT']) {
      expect(withTag(tag, all)).to.have.length(0);
    }
  });

  it('lists segments that are only in storage, and reports no part of them', () => {
    presentation.segments(video, 2);
    for (const segment of video.segments) segment.parts = null;
    const other = presentation.rendition('480p', videoConfig(854, 480));
    presentation.segments(other, 1);
    presentation.changed(video);
    expect(withTag('#EXTINF', lines(playlist))).to.have.length(2);
    expect(lines(new MediaPlaylist(presentation, other)).at(-1)).to.equal(
      '#EXT-X-RENDITION-REPORT:URI="../720p/index.m3u8",LAST-MSN=1',
    );
  });

  it('lists addresses that stand beside its own, so that they are below the token which its own may have', () => {
    presentation.segments(video, 9);
    presentation.segments(presentation.rendition('480p', videoConfig(854, 480)), 1);
    for (const request of [full, delta]) {
      const text = lines(playlist, request).join('\n');
      const addresses = [...text.matchAll(/^[^#].*$|(?<=URI=")[^"]*/gm)].map(([address]) => address);
      expect(addresses).to.have.length.greaterThan(10);
      for (const address of addresses) expect(address).to.match(/^([\w.-]+\.(m4s|mp4)|\.\.\/480p\/index\.m3u8)$/);
    }
  });
});
