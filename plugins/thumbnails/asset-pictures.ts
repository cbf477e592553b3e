/** The job that gives an asset its poster and its storyboard. */
import {
  type Asset,
  type AssetImages,
  type AssetInit,
  type AssetSegment,
  type Host,
  type JobRun,
  LivestreamsError,
} from '#plugin-api';
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

/** An asset without a picture gets none; one that is deleted meanwhile needs none. Doing it again puts new ones in the place of the old. */
export async function makePictures({ asset_id: id }: PicturesOfAsset, job: JobRun): Promise<void> {
  try {
    await pictureAsset(id, job);
  } catch (error) {
    if (!isGone(error)) throw error;
    job.log('The asset was deleted.');
  }
}

function isGone(error: unknown): boolean {
  return error instanceof LivestreamsError && error.code === 'LS_ASSET_NOT_FOUND';
}

async function pictureAsset(id: string, job: JobRun): Promise<void> {
  const { assets } = job.host;
  const { storyboardTiles, posterWidth } = job.host.config as PictureSettings;
  const media = await assets.media(id);
  const asset = await assets.get(id);
  const poster = posterOf(media, posterWidth, asset?.trim ?? null);
  const small = smallest(media);
  if (!asset || !poster || !small) return job.log('The asset has no picture.');

  const [thumbnail] = await firstPictures([await footage(job.host, media, poster)], { width: posterWidth }, job.signal);
  if (thumbnail) {
    await keep(id, { thumbnailKey: ['thumbnail.jpg', thumbnail] }, job);
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
  const storyboard = {
    storyboardImageKey: ['storyboard.jpg', sheet],
    storyboardVttKey: ['storyboard.vtt', Buffer.from(vtt)],
  } as const;
  await keep(id, storyboard, job);
}

type Named = { [Image in keyof AssetImages]: readonly [name: string, bytes: Uint8Array] };

/** Stores pictures and names them in the asset. What nobody will name is deleted again: nobody else would ever find it. */
async function keep(
  id: string,
  images: Named,
  { id: jobId, attempt, host: { assets, storage } }: JobRun,
): Promise<void> {
  const keys: AssetImages = {};
  const remove = () => Promise.all(Object.values(keys).map((key: string) => storage.delete(key)));
  try {
    for (const image of Object.keys(images) as (keyof AssetImages)[]) {
      const [name, bytes] = images[image]!;
      // A try's own: another one's pictures are never touched, whatever became of it.
      keys[image] = `assets/${id}/${jobId}-${attempt}/${name}`;
      await storage.put(keys[image], bytes);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  try {
    await assets.setImages(id, keys);
  } catch (error) {
    // Of any other error it is not known whether they are named.
    if (isGone(error)) await remove();
    throw error;
  }
}

function of({ segments }: Media, rendition: string): AssetSegment[] {
  return segments.filter((segment) => segment.rendition === rendition);
}

/** The rendition with the smallest picture: the cheapest to decode, and larger than a tile. */
function smallest({ inits }: Media): AssetInit | null {
  return pictures(inits).sort((a, b) => area(a) - area(b))[0] ?? null;
}

/** The segment that the poster is taken from: of the smallest rendition that fills the poster, else of the largest. */
function posterOf(media: Media, width: number, trim: Asset['trim']): AssetSegment | null {
  const bySize = pictures(media.inits).sort((a, b) => area(a) - area(b));
  const from = bySize.find((init) => init.width! >= width) ?? bySize.at(-1);
  if (!from) return null;
  const all = of(media, from.rendition);
  // Of a clip nothing is shown that was cut off, unless there is no keyframe but before it.
  const within = all.filter(({ start }) => trim === null || (start >= trim.start && start < trim.end));
  const segments = within.length > 0 ? within : all;
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
  return { init: init.bytes, segment: await storage.get(segment.storageKey) };
}
