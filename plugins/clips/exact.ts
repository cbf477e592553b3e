/** Exact clips: the first and the last segment of each rendition are cut to the range; all between them stay as they are. */
import { createHash } from 'node:crypto';
import {
  type AssetGap,
  type AssetInit,
  type AssetSegment,
  decodeTime,
  type JobRun,
  LivestreamsError,
  NoRetry,
  timescale,
} from '#plugin-api';
import { cutEdge } from './edge.ts';
import { joinParameterSets } from './parameter-sets.ts';

export interface ExactCut {
  asset_id: string;
  /** Seconds on the clip's own timeline. */
  start: number;
  end: number;
  /** On that timeline: where publishers were away. */
  gaps: AssetGap[];
}

interface Media {
  inits: AssetInit[];
  segments: AssetSegment[];
}

/** Seconds that a boundary may be beside the range and still count as in it: half a frame at 60 frames a second. */
const TOLERANCE = 0.008;

/** Why the media cannot be cut to the frame; null where it can. */
export function obstacle({ inits }: Pick<Media, 'inits'>): string | null {
  const other = inits.find(({ kind, listed, codec }) => kind === 'video' && listed && !codec.startsWith('avc1'));
  return other ? `${other.rendition} is ${other.codec}, and only H.264 (avc1) can be cut to the frame.` : null;
}

/**
 * Cuts the edges of a clip that has all its segments, and makes it ready. A try after one that broke off goes on with it. A clip that is
 * deleted meanwhile is no failure.
 */
export async function cutExactly(cut: ExactCut, job: JobRun): Promise<void> {
  const { asset_id: id, start, end } = cut;
  const { assets } = job.host;
  try {
    if ((await assets.get(id))?.status === 'ready') return;
    await assets.restart(id);
    const media = await assets.media(id);
    // The segments are replaced all at once: where one is there already, all are.
    if (!media.segments.some(({ storageKey }) => storageKey.startsWith(`assets/${id}/`)))
      await replace(media, cut, job);
    const gaps = cut.gaps
      .filter((gap) => gap.start > start && gap.start < end)
      .map((gap) => ({ ...gap, start: gap.start - start }));
    await assets.ready(id, { duration: end - start, gaps });
  } catch (error) {
    if (!isGone(error)) throw error;
    job.log('The clip was deleted.');
  }
}

async function replace(media: Media, cut: ExactCut, job: JobRun): Promise<void> {
  const { assets, storage } = job.host;
  const id = cut.asset_id;
  // A try's own: another one's bytes are never touched, whatever became of it.
  const folder = `assets/${id}/${job.id}-${job.attempt}`;
  const stored: string[] = [];
  const put = async (name: string, bytes: Buffer) => {
    const key = `${folder}/${name}`;
    stored.push(key);
    await storage.put(key, bytes);
    return key;
  };
  let made: Media;
  try {
    made = await cutEdges(media, cut, { ...job, put });
    const named = new Set(made.segments.map(({ storageKey }) => storageKey));
    await Promise.all(stored.filter((key) => !named.has(key)).map((key) => storage.delete(key)));
    await assets.addInits(id, made.inits);
  } catch (error) {
    // Nobody names them, so nobody else would ever delete them.
    await Promise.all(stored.map((key) => storage.delete(key)));
    throw error;
  }
  try {
    await assets.replaceSegments(id, made.segments);
  } catch (error) {
    // Of any other error it is not known whether they are named.
    if (isGone(error)) await Promise.all(stored.map((key) => storage.delete(key)));
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof LivestreamsError && error.code === 'LS_ASSET_NOT_FOUND';
}

type Cutting = JobRun & { put(name: string, bytes: Buffer): Promise<string> };

/** Answers what is to be added: initialization sections, and all segments that viewers are offered, on a timeline that begins with the range. */
async function cutEdges({ inits, segments }: Media, cut: ExactCut, job: Cutting): Promise<Media> {
  const made: AssetInit[] = [];
  const placed: AssetSegment[] = [];
  const empty = new Set<number>();
  const offered = inits.filter(({ listed }) => listed);
  for (const [rendition, all] of Map.groupBy(segments, (segment) => segment.rendition)) {
    const own = offered.filter((init) => init.rendition === rendition);
    if (own.length === 0) continue;
    const edges = new Map<AssetInit, Buffer[]>();
    for (const [at, segment] of all.entries()) {
      const init = own.find(({ number }) => number === segment.init);
      if (!init) throw new Error(`the initialization section ${segment.init} of ${rendition} is missing`);
      const shift = (kept: AssetSegment) => ({ ...kept, start: Math.max(0, kept.start - cut.start) });
      if (contains(cut, segment)) {
        placed.push(shift(segment));
        continue;
      }
      const edge = await cutSegment(job, cut, { init, segment, first: at === 0 });
      if (!edge) {
        empty.add(segment.sequence);
        continue;
      }
      placed.push(shift(edge.segment));
      if (init.kind === 'video') edges.set(init, [...(edges.get(init) ?? []), edge.init]);
    }
    let number = Math.max(...own.map((init) => init.number));
    for (const [init, others] of edges) {
      const { init: bytes, codec } = joinParameterSets(Buffer.from(init.bytes), others);
      made.push({ ...init, number: ++number, codec, bytes });
      for (const segment of placed) {
        if (segment.rendition === rendition && segment.init === init.number) segment.init = number;
      }
    }
    job.log(`${rendition} is cut.`);
    job.progress({ percent: (placed.length / segments.length) * 100 });
  }
  // A picture lasts longer than a frame of sound: what has none of the one is left out of all, since the numbers are those of instants.
  const kept = placed.filter(({ sequence }) => !empty.has(sequence));
  if (kept.length === 0) throw new NoRetry('no frame lies in the range');
  return { inits: made, segments: kept };
}

/** Null where no frame lies in the range. */
async function cutSegment(
  { host: { storage }, signal, put }: Cutting,
  { start, end }: ExactCut,
  { init, segment, first }: { init: AssetInit; segment: AssetSegment; first: boolean },
): Promise<{ init: Buffer; segment: AssetSegment } | null> {
  const bytes = await storage.get(segment.storageKey);
  const from = Math.max(start, segment.start);
  const until = Math.min(end, segment.start + segment.duration);
  // The media's own clock began with its session; the clip's with its first segment.
  const clock = decodeTime(bytes) / timescale(init.bytes) - segment.start;
  const range = { start: clock + from - TOLERANCE, end: clock + until - TOLERANCE };
  const { kind } = init;
  const made = await cutEdge({ kind, init: init.bytes, segment: bytes, first, ...range }, signal);
  if (!made) return null;
  const storageKey = await put(`${segment.rendition}/${segment.sequence}.m4s`, made.media);
  const sha256 = createHash('sha256').update(made.media).digest();
  const placed = { start: from, duration: until - from, size: made.media.length, sha256, storageKey };
  return { init: made.init, segment: { ...segment, ...placed } };
}

function contains(range: { start: number; end: number }, { start, duration }: AssetSegment): boolean {
  return start >= range.start - TOLERANCE && start + duration <= range.end + TOLERANCE;
}
