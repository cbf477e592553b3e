/** Exact clips: the first and the last segment of each rendition are cut to the range; all between them stay as they are. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type AssetInit, type AssetSegment, decodeTime, type JobRun, timescale } from '#plugin-api';
import { avcCodec } from './cut-file.ts';
import { cutEdge } from './edge.ts';

export interface ExactCut {
  asset_id: string;
  /** Seconds on the clip's own timeline. */
  start: number;
  end: number;
}

/** Seconds that a boundary may be beside the range and still count as in it: half a frame at 60 frames a second. */
const TOLERANCE = 0.008;

/** Cuts the edges of a clip that has all its segments, and makes it ready. A try after one that broke off goes on with it. */
export async function cutExactly({ asset_id: id, start, end }: ExactCut, job: JobRun): Promise<void> {
  const { assets } = job.host;
  const media = await assets.media(id);
  // The segments are replaced all at once: where one is there already, all are.
  if (!media.segments.some(({ storageKey }) => storageKey.startsWith(`assets/${id}/`))) {
    const { inits, segments } = await cutEdges(media, { asset_id: id, start, end }, job);
    await assets.addInits(id, inits);
    await assets.replaceSegments(id, segments);
  }
  await assets.ready(id, { duration: end - start });
}

interface Media {
  inits: AssetInit[];
  segments: AssetSegment[];
}

/** Answers what is to be added: the new initialization sections, and all segments on a timeline that begins with the range. */
async function cutEdges({ inits, segments }: Media, { asset_id, start, end }: ExactCut, job: JobRun): Promise<Media> {
  const made: AssetInit[] = [];
  const placed: AssetSegment[] = [];
  const renditions = Map.groupBy(segments, ({ rendition }) => rendition);
  for (const [rendition, all] of renditions) {
    let number = Math.max(...inits.filter((init) => init.rendition === rendition).map((init) => init.number)) + 1;
    let afterCut = false;
    for (const segment of all) {
      const init = inits.find((known) => known.rendition === rendition && known.number === segment.init);
      if (!init) throw new Error(`the initialization section ${segment.init} of ${rendition} is missing`);
      const whole = contains({ start, end }, segment);
      const cut = whole ? null : await cutSegment(job, asset_id, { init, segment, number, start, end });
      if (cut) {
        made.push(cut.init);
        number++;
      }
      const { start: from, ...kept } = cut?.segment ?? segment;
      // Another initialization section begins anew (RFC 8216, 4.3.2.3).
      const discontinuity = kept.discontinuity || cut !== null || afterCut;
      placed.push({ ...kept, discontinuity, start: Math.max(0, from - start) });
      afterCut = cut !== null;
    }
    job.log(`${rendition} is cut.`);
    job.progress({ percent: (placed.length / segments.length) * 100 });
  }
  return { inits: made, segments: placed };
}

interface Cut {
  init: AssetInit;
  segment: AssetSegment;
  /** Of the new initialization section. */
  number: number;
  start: number;
  end: number;
}

async function cutSegment(
  { host: { storage }, signal }: JobRun,
  id: string,
  { init, segment, number, start, end }: Cut,
): Promise<{ init: AssetInit; segment: AssetSegment }> {
  const bytes = await buffer(await storage.read(segment.storageKey));
  const from = Math.max(start, segment.start);
  const until = Math.min(end, segment.start + segment.duration);
  // The media's own clock began with its session; the clip's with its first segment.
  const clock = decodeTime(bytes) / timescale(init.bytes) - segment.start;
  const range = { start: clock + from - TOLERANCE, end: clock + until - TOLERANCE };
  const cut = await cutEdge({ kind: init.kind, codec: init.codec, init: init.bytes, segment: bytes, ...range }, signal);
  const storageKey = `assets/${id}/${segment.rendition}/${segment.sequence}.${number}.m4s`;
  await storage.put(storageKey, cut.media);
  return {
    init: { ...init, number, codec: avcCodec(cut.init) ?? init.codec, bytes: cut.init },
    segment: {
      ...segment,
      start: from,
      duration: until - from,
      init: number,
      size: cut.media.length,
      sha256: createHash('sha256').update(cut.media).digest(),
      storageKey,
    },
  };
}

function contains(range: { start: number; end: number }, { start, duration }: AssetSegment): boolean {
  return start >= range.start - TOLERANCE && start + duration <= range.end + TOLERANCE;
}
