/** HEVC and AV1 by Enhanced RTMP: offered as they are where nothing is encoded, and to every player where something is. */
import { expect } from 'chai';
import type { VideoCodec } from '../../plugin-api/index.ts';
import { publishFlv } from '../../plugins/rtmp/client/publish.ts';
import { Channel } from '../support/channel.ts';
import { enhancedFlv } from '../support/enhanced.ts';
import { readMultivariant } from '../support/playlists.ts';
import { numberBoxes } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { makeTrack, type Track } from '../support/track.ts';
import { watch } from '../support/viewer.ts';

const SECONDS = 4;
const RATE = 25;
const CONFIGS = { alone: 'source-only', ladder: 'small-ladder' } as const;

describe('a source by Enhanced RTMP', function () {
  this.timeout(120_000);
  const tracks = new Map<VideoCodec, Track>();

  before(() => {
    for (const codec of ['hevc', 'av1'] as const) {
      const filter = `format=yuv420p,${numberBoxes()}`;
      tracks.set(codec, makeTrack({ codec, seconds: SECONDS, rate: String(RATE), size: '640x360', filter }));
    }
  });

  for (const [name, config] of Object.entries(CONFIGS)) {
    describe(name === 'alone' ? 'without a ladder' : 'with a ladder', () => {
      let server: TestServer;

      before(async () => {
        server = await startServer({ config: new URL(`./${config}.config.mjs`, import.meta.url).pathname });
      });

      after(() => server.stop());

      for (const [codec, offered] of [
        ['hevc', name === 'alone' ? [/^hvc1\./] : [/^avc1\./, /^avc1\./]],
        ['av1', name === 'alone' ? [/^av01\./] : [/^avc1\./, /^avc1\./]],
      ] as const) {
        it(`plays ${codec}, every frame of it`, async () => {
          const channel = await Channel.create(server, { reconnect_window: 0 });
          const gone = new AbortController();
          const published = publishFlv({
            host: '127.0.0.1',
            port: server.ports.rtmp,
            streamId: channel.stream.id,
            key: channel.stream.key,
            flv: enhancedFlv(tracks.get(codec)!, gone.signal),
          });
          try {
            await channel.playing();
            const { variants } = await readMultivariant(channel.url);
            expect(variants).to.have.length(offered.length);
            for (const [i, { attributes }] of variants.entries()) expect(attributes.CODECS).to.match(offered[i]!);
          } finally {
            gone.abort();
            await published;
          }
          await channel.state('ended');
          for (const url of (await channel.renditions()).values()) {
            const { frames, complaints } = await watch(url);
            expect(complaints).to.deep.equal([]);
            expect(frames.map(({ number }) => number)).to.deep.equal(
              Array.from({ length: SECONDS * RATE }, (_, i) => i),
            );
          }
        });
      }
    });
  }
});
