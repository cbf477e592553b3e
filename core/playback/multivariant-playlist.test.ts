import { expect } from 'chai';
import { isComplete, planPlaylist, writeMultivariant } from './multivariant-playlist.ts';
import { audioConfig, SESSION, TestPresentation, videoConfig } from './test-presentation.ts';

function write(presentation: TestPresentation, token: string | null = null): string {
  return writeMultivariant(presentation, planPlaylist(presentation)!).text(token);
}

function rung(presentation: TestPresentation, name: string, width: number, height: number, peak: number): void {
  const rendition = presentation.rendition(name, videoConfig(width, height));
  presentation.segments(rendition, 1);
  rendition.peakBandwidth = peak;
  rendition.averageBandwidth = peak / 2;
}

function sound(presentation: TestPresentation): void {
  const audio = presentation.rendition('audio', audioConfig());
  presentation.segments(audio, 1);
  audio.peakBandwidth = 130_000;
  audio.averageBandwidth = 128_000;
}

describe('multivariant playlist', () => {
  it('is, for two rungs and audio, exactly this', () => {
    const presentation = new TestPresentation();
    rung(presentation, '720p', 1280, 720, 3_000_000);
    rung(presentation, '360p', 640, 360, 800_000);
    sound(presentation);
    expect(write(presentation)).to.equal(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="${SESSION}/audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=3130000,AVERAGE-BANDWIDTH=1628000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="audio"
${SESSION}/720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=930000,AVERAGE-BANDWIDTH=528000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=30.000,AUDIO="audio"
${SESSION}/360p/index.m3u8
`);
  });

  it('begins with the best variant that most lines carry, then goes from the highest down', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 1920, 1080, 8_000_000);
    rung(presentation, '360p', 640, 360, 800_000);
    rung(presentation, '720p', 1280, 720, 3_000_000);
    expect(planPlaylist(presentation)!.variants.map((variant) => variant.name)).to.deep.equal([
      '720p',
      'source',
      '360p',
    ]);
  });

  it('begins with the lowest where all are above that', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 3840, 2160, 20_000_000);
    rung(presentation, '1080p', 1920, 1080, 6_000_000);
    expect(planPlaylist(presentation)!.variants[0]!.name).to.equal('1080p');
  });

  it('has no audio group without audio', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 1280, 720, 1_000_000);
    expect(write(presentation)).not.to.contain('AUDIO');
    expect(write(presentation)).to.contain('CODECS="avc1.64001f"');
  });

  it('offers audio as a variant where there is nothing else', () => {
    const presentation = new TestPresentation();
    sound(presentation);
    expect(write(presentation)).to.contain(
      `#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"\n${SESSION}/audio/index.m3u8\n`,
    );
    expect(write(presentation)).not.to.contain('EXT-X-MEDIA');
  });

  it('leaves out what is not offered and what has no part, and is complete without the former only', () => {
    const presentation = new TestPresentation();
    rung(presentation, '720p', 1280, 720, 3_000_000);
    rung(presentation, 'source', 1280, 720, 3_000_000);
    presentation.renditions.get('source')!.listed = false;
    expect(isComplete(presentation)).to.equal(true);
    presentation.rendition('360p', videoConfig(640, 360));
    expect(isComplete(presentation)).to.equal(false);
    expect(planPlaylist(presentation)!.variants.map((variant) => variant.name)).to.deep.equal(['720p']);
  });

  it('is not complete before an announced rendition has come, for three seconds', () => {
    const presentation = new TestPresentation();
    presentation.announced = ['360p'];
    rung(presentation, '720p', 1280, 720, 3_000_000);
    expect(isComplete(presentation)).to.equal(false);
    presentation.segments(presentation.renditions.get('720p')!, 2);
    expect(isComplete(presentation)).to.equal(true);
  });

  it('has no plan before the first part', () => {
    const presentation = new TestPresentation();
    presentation.rendition('source', videoConfig());
    expect(planPlaylist(presentation)).to.equal(null);
  });

  it('names every codec that the listed segments have', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 1280, 720, 3_000_000);
    const source = presentation.renditions.get('source')!;
    source.inits.push({ number: 1, config: videoConfig(1920, 1080, 'avc1.640028'), bytes: Buffer.alloc(0) });
    presentation.open(source, { init: 1, discontinuity: true });
    presentation.part(source);
    expect(planPlaylist(presentation)!.variants[0]!.codecs).to.equal('avc1.64001f,avc1.640028');
    expect(write(presentation)).to.contain('RESOLUTION=1920x1080');
  });

  it('estimates the bandwidth from the first parts', () => {
    const presentation = new TestPresentation();
    const source = presentation.rendition('source', videoConfig());
    presentation.open(source);
    presentation.part(source, Buffer.alloc(50_000));
    expect(planPlaylist(presentation)!.variants[0]!.bandwidth).to.equal(2_000_000);
  });

  it('leads to the whole session once it has ended', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 1280, 720, 1_000_000);
    presentation.enter('ended');
    expect(write(presentation)).to.contain(`${SESSION}/source/vod.m3u8`);
  });

  it('puts the token before its own playlists, and before nothing else', () => {
    const presentation = new TestPresentation();
    rung(presentation, 'source', 1280, 720, 1_000_000);
    sound(presentation);
    const plan = planPlaylist(presentation)!;
    const [variant] = plan.variants;
    plan.variants.push({ ...variant!, name: 'signed', uri: `${SESSION}/source/index.m3u8?x=1` });
    plan.variants.push({ ...variant!, name: 'far', uri: 'https://cdn.example/far.m3u8' });
    plan.variants.push({ ...variant!, name: 'near', uri: '/ads/near.m3u8' });
    plan.tags.push('#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="b"');
    const text = writeMultivariant(presentation, plan).text('t');
    expect(text).to.contain(`"~t/${SESSION}/audio/index.m3u8"`);
    expect(text).to.contain(`\n~t/${SESSION}/source/index.m3u8\n`);
    expect(text).to.contain(`\n~t/${SESSION}/source/index.m3u8?x=1\n`);
    expect(text).to.contain('\nhttps://cdn.example/far.m3u8\n');
    expect(text).to.contain('\n/ads/near.m3u8\n');
    expect(text.indexOf('SESSION-DATA')).to.be.lessThan(text.indexOf('STREAM-INF'));
  });
});
