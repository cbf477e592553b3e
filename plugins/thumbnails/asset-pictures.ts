/** The job that gives an asset its poster and its storyboard. */
import { buffer } from 'node:stream/consumers';
import type { AssetInit, AssetSegment, Host, JobRun } from '#plugin-api';
import { type Footage, firstPictures, sheetOf } from './pictures.ts';
import { chooseTiles, columnsOf, storyboardVtt, tileBox } from './storyboard.ts';

export interface PictureSettings {
  storyboardTiles: number;
  posterWidth: number;
}

export interface PicturesOfAsset {
  asset_id: string;
}

interface Media {
  inits: AssetInit[];
  segments: AssetSegment[];
}

/** How far into an asset its poster is taken: the beginning is often black, or a test card. */
const POSTER_AT = 0.1;
/** Seconds between two tiles at the least. */
const TILES_APART = 1;
/** Footage in memory at once, in segments. */
const BATCH = 16;

/** An asset without a picture gets none. Doing it again puts the same in the place of what was there. */
export async function makePictures({ asset_id: id }: PicturesOfAsset, job: JobRun): Promise<void> {
  const { assets } = job.host;
  const { storyboardTiles, posterWidth } = job.host.config as PictureSettings;
  const media = await assets.media(id);
  const asset = await assets.get(id);
  const poster = posterOf(media, posterWidth);
  const small = smallest(media);
  if (!asset || !poster || !small) return job.log('The asset has no picture.');

  const key = (name: string) => `assets/${id}/${job.id}/${name}`;
  const [thumbnail] = await firstPictures([await footage(job.host, media, poster)], { width: posterWidth }, job.signal);
  if (thumbnail) {
    await job.host.storage.put(key('thumbnail.jpg'), thumbnail);
    await assets.setImages(id, { thumbnailKey: key('thumbnail.jpg') });
  } else job.log('The first keyframe of the poster could not be decoded.');
  job.progress({ percent: 10 });

  const tiles = chooseTiles(of(media, small.rendition), storyboardTiles, TILES_APART);
  const box = tileBox({ width: small.width!, height: small.height! });
  const shown: { time: number; picture: Buffer }[] = [];
  for (let at = 0; at < tiles.length; at += BATCH) {
    const batch = tiles.slice(at, at + BATCH);
    const all = await Promise.all(batch.map(({ segment }) => footage(job.host, media, segment)));
    const pictures = await firstPictures(all, box, job.signal);
    for (const [number, picture] of pictures.entries()) {
      if (picture) shown.push({ time: batch[number]!.time, picture });
    }
    job.progress({ percent: 10 + (80 * Math.min(tiles.length, at + BATCH)) / tiles.length });
  }
  job.log(`${shown.length} of ${tiles.length} pictures were taken from ${small.rendition}.`);
  if (shown.length === 0) return;
  const columns = columnsOf(shown.length);
  const sheet = await sheetOf(
    shown.map(({ picture }) => picture),
    columns,
    job.signal,
  );
  const times = shown.map(({ time }) => time);
  const last = of(media, small.rendition).at(-1)!;
  const vtt = storyboardVtt(times, last.start + last.duration, 'storyboard.jpg', box, columns);
  await job.host.storage.put(key('storyboard.jpg'), sheet);
  await job.host.storage.put(key('storyboard.vtt'), Buffer.from(vtt));
  await assets.setImages(id, {
    storyboardImageKey: key('storyboard.jpg'),
    storyboardVttKey: key('storyboard.vtt'),
  });
}

function of({ segments }: Media, rendition: string): AssetSegment[] {
  return segments.filter((segment) => segment.rendition === rendition);
}

/** The rendition with the smallest picture: the cheapest to decode, and larger than a tile. */
function smallest({ inits }: Media): AssetInit | null {
  return pictures(inits).sort((a, b) => area(a) - area(b))[0] ?? null;
}

/** The segment that the poster is taken from: of the smallest rendition that fills the poster, else of the largest. */
function posterOf(media: Media, width: number): AssetSegment | null {
  const bySize = pictures(media.inits).sort((a, b) => area(a) - area(b));
  const from = bySize.find((init) => init.width! >= width) ?? bySize.at(-1);
  if (!from) return null;
  const segments = of(media, from.rendition);
  return segments[Math.floor(segments.length * POSTER_AT)] ?? null;
}

function pictures(inits: AssetInit[]): AssetInit[] {
  return inits.filter(({ kind, width, height }) => kind === 'video' && width !== null && height !== null);
}

function area({ width, height }: AssetInit): number {
  return width! * height!;
}

async function footage({ storage }: Pick<Host, 'storage'>, { inits }: Media, segment: AssetSegment): Promise<Footage> {
  const init = inits.find(({ rendition, number }) => rendition === segment.rendition && number === segment.init);
  if (!init) throw new Error(`the initialization section ${segment.init} of ${segment.rendition} is missing`);
  return { init: init.bytes, segment: await buffer(await storage.read(segment.storageKey)) };
}
