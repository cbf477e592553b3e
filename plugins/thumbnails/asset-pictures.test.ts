/** Pictures of an asset that is deleted while they are taken, and of a clip. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AssetImages, type JobRun, LivestreamsError } from '#plugin-api';
import { ffmpeg } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { makePictures } from './asset-pictures.ts';

const gone = new LivestreamsError(
  { code: 'LS_ASSET_NOT_FOUND', status: 404, title: 'Gone', fix: 'None.' },
  'It is gone.',
);

describe('makePictures', function () {
  this.timeout(60_000);
  let init: Buffer;
  let segment: Buffer;

  before(() => {
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    ffmpeg(
      ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-t', '1', '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...['-f', 'hls', '-hls_time', '1', '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
      ...['-hls_segment_filename', file('%d.m4s'), file('list.m3u8')],
    );
    init = readFileSync(file('init.mp4'));
    segment = readFileSync(file('0.m4s'));
  });

  /** A job over ten segments of a second, with what it read and what it left in storage. */
  function job({ trim = null, setImages = () => undefined }: { trim?: object | null; setImages?: () => void } = {}) {
    const read: string[] = [];
    const stored = new Set<string>();
    const named: AssetImages[] = [];
    const rendition = { rendition: '180p', kind: 'video', listed: true, width: 320, height: 180 };
    const segments = Array.from({ length: 10 }, (_, start) => ({
      ...{ rendition: '180p', sequence: start, start, duration: 1, init: 0, storageKey: String(start) },
    }));
    const run = {
      ...{
        id: 'job_1',
        attempt: 1,
        signal: new AbortController().signal,
        progress: () => undefined,
        log: () => undefined,
      },
      host: {
        config: { storyboardTiles: 2, posterWidth: 1280 },
        assets: {
          media: async () => ({ inits: [{ ...rendition, number: 0, bytes: init }], segments }),
          get: async () => ({ trim }),
          async setImages(_: string, images: AssetImages) {
            setImages();
            named.push(images);
          },
        },
        storage: {
          put: async (key: string) => void stored.add(key),
          delete: async (key: string) => void stored.delete(key),
          async get(key: string) {
            read.push(key);
            return segment;
          },
        },
      },
    } as unknown as JobRun;
    return { run, read, stored, named };
  }

  it('ends in peace and leaves nothing behind where the asset was deleted', async () => {
    const { run, stored } = job({
      setImages: () => {
        throw gone;
      },
    });
    await makePictures({ asset_id: 'ast_1' }, run);
    expect([...stored]).to.deep.equal([]);
  });

  it('names all that it stores', async () => {
    const { run, stored, named } = job();
    await makePictures({ asset_id: 'ast_1' }, run);
    expect(named.flatMap((images) => Object.values(images))).to.have.members([...stored]);
    expect(stored.size).to.equal(3);
  });

  it('takes the poster of a clip from what it shows', async () => {
    const { run, read } = job({ trim: { start: 4.5, end: 7 } });
    await makePictures({ asset_id: 'ast_1' }, run);
    expect(read[0]).to.equal('5');
  });
});
