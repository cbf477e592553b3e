/** Pictures of what is live: what is wrong with one session takes none from another. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Host, SegmentContext } from '#plugin-api';
import { ffmpeg } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { until } from '../../test/support/until.ts';
import { LivePictures } from './live-pictures.ts';

describe('LivePictures', function () {
  this.timeout(60_000);

  it('goes on with the others where the bytes of one cannot be read', async () => {
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    ffmpeg(
      ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-t', '1', '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...['-f', 'hls', '-hls_time', '1', '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
      ...['-hls_segment_filename', file('%d.m4s'), file('list.m3u8')],
    );
    const init = { number: 0, bytes: readFileSync(file('init.mp4')) };
    const pictured: string[] = [];
    const warnings: string[] = [];
    const host = {
      storage: {
        async get(key: string) {
          if (key === 'lost') throw new Error('it is lost');
          return readFileSync(file('0.m4s'));
        },
      },
      sessions: { setThumbnail: async (id: string) => void pictured.push(id) },
      log: { warn: (_: object, text: string) => void warnings.push(text) },
      signal: new AbortController().signal,
    } as unknown as Host;
    const live = new LivePictures(host);
    const segment = (id: string, storageKey: string) =>
      ({
        session: { id },
        kind: 'video',
        sequence: 0,
        start: 0,
        size: 1,
        init,
        storageKey,
      }) as unknown as SegmentContext;
    live.saw(segment('ses_1', 'lost'));
    live.saw(segment('ses_2', 'there'));
    await until(() => pictured.length > 0 && warnings.length > 0, 'the picture that can be taken');
    live.stop();
    expect(pictured).to.deep.equal(['ses_2']);
  });
});
