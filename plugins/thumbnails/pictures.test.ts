/** Pictures out of segments, decoded again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ffmpeg, probe, stored } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { type Footage, firstPictures, sheetOf } from './pictures.ts';

const signal = new AbortController().signal;

/** So many segments of two seconds, each all of one colour. */
function colours(names: string[], size = '320x180', filter = 'null'): Footage[] {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  const inputs = names.flatMap((name) => ['-f', 'lavfi', '-t', '2', '-i', `color=${name}:size=${size}:rate=10`]);
  ffmpeg(
    ...inputs,
    ...['-filter_complex', `concat=n=${names.length},${filter}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20'],
    ...['-f', 'hls', '-hls_time', '2', '-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'],
    ...['-hls_segment_filename', file('%d.m4s'), file('list.m3u8')],
  );
  const init = readFileSync(file('init.mp4'));
  return names.map((_, at) => ({ init, segment: readFileSync(file(`${at}.m4s`)) }));
}

/** The colour in the middle of a picture: red, green and blue. */
function middle(picture: Buffer, crop = 'crop=2:2'): number[] {
  return [
    ...ffmpeg('-i', stored(picture, 'jpg'), '-vf', `${crop},scale=1:1`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'),
  ];
}

describe('pictures of segments', function () {
  this.timeout(60_000);

  it('are the first of each, in order, however many', async () => {
    const names = ['red', 'lime', 'blue'];
    const footage = colours(names);
    const many = Array.from({ length: 20 }, (_, at) => footage[at % 3]!);
    const pictures = await firstPictures(many, { width: 160, height: 90 }, signal);
    expect(pictures).to.have.length(20);
    for (const [at, picture] of pictures.entries()) {
      expect(probe(picture!, 'jpg')).to.include({ width: 160, height: 90 });
      expect(middle(picture!)[at % 3]).to.be.greaterThan(200);
    }
  });

  it('are not larger than the source, and keep its shape', async () => {
    const [picture] = await firstPictures(colours(['red'], '180x320'), { width: 640 }, signal);
    expect(probe(picture!, 'jpg')).to.include({ width: 180, height: 320 });
    const [boxed] = await firstPictures(colours(['red'], '180x320'), { width: 160, height: 90 }, signal);
    expect(probe(boxed!, 'jpg')).to.include({ width: 160, height: 90 });
    expect(middle(boxed!, 'crop=4:4:0:0')[0]).to.be.lessThan(40);
  });

  it('have square pixels, also of a source that has none', async () => {
    const wide = colours(['red'], '180x180', 'setsar=16/9');
    const [picture] = await firstPictures(wide, { width: 640 }, signal);
    expect(probe(picture!, 'jpg')).to.include({ width: 320, height: 180 });
  });

  it('are missing only where a segment cannot be read', async () => {
    const [red, blue] = colours(['red', 'blue']) as [Footage, Footage];
    const broken = { init: red.init, segment: Buffer.from('not media') };
    const pictures = await firstPictures([red, broken, blue], { width: 160 }, signal);
    expect(pictures.map((picture) => picture !== null)).to.deep.equal([true, false, true]);
  });

  it('stand on a sheet row by row', async () => {
    const pictures = await firstPictures(colours(['red', 'lime', 'blue']), { width: 160, height: 90 }, signal);
    const sheet = await sheetOf(pictures as Buffer[], 2, signal);
    expect(probe(sheet, 'jpg')).to.include({ width: 320, height: 180 });
    expect(middle(sheet, 'crop=2:2:240:40')[1]).to.be.greaterThan(200);
    expect(middle(sheet, 'crop=2:2:80:130')[2]).to.be.greaterThan(200);
  });
});
