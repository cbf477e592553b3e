/** What a download of an asset without files is made of: its best picture and its sound, as runs that one MP4 can hold. */
import {
  type AssetInit,
  type AssetSegment,
  decodeTime,
  joinInits,
  type MediaPiece,
  placeSegment,
  type Storage,
  timescale,
} from '#plugin-api';
import type { AssetMedia } from './media.ts';

/** Fragment numbers rise within a run: a segment has its own thousand. */
const FRAGMENTS_A_SEGMENT = 1000;

/** Segments one after the other that need the same initialization sections. */
export interface Run {
  /** Of the tracks, in the order of their numbers. */
  inits: AssetInit[];
  /** In the order of their numbers, the picture before the sound. */
  segments: AssetSegment[];
}

/** The asset's runs, in order: more than one where what was sent changed, or where edges were encoded anew. */
export function runsOf({ inits, segments }: AssetMedia): Run[] {
  const listed = inits.filter((init) => init.listed);
  const pictures = listed.filter(({ kind }) => kind === 'video').sort((a, b) => (b.height ?? 0) - (a.height ?? 0));
  const sound = listed.find(({ kind }) => kind === 'audio');
  const renditions = [pictures[0], sound].flatMap((init) => (init ? [init.rendition] : []));
  const chosen = segments
    .filter(({ rendition }) => renditions.includes(rendition))
    .sort((a, b) => a.sequence - b.sequence || renditions.indexOf(a.rendition) - renditions.indexOf(b.rendition));
  const runs: Run[] = [];
  for (const bySequence of Map.groupBy(chosen, ({ sequence }) => sequence).values()) {
    const needed = bySequence.map(({ rendition, init }) => find(inits, rendition, init));
    const run = runs.at(-1);
    if (run && isSame(run.inits, needed)) run.segments.push(...bySequence);
    else runs.push({ inits: needed, segments: [...bySequence] });
  }
  return runs;
}

/** Seconds on the clock that the fragments have: where the first run begins. */
export async function clockOf(storage: Storage, { inits, segments }: Run): Promise<number> {
  const first = inits.map(({ rendition }) => segments.find((segment) => segment.rendition === rendition)!);
  const times = await Promise.all(
    first.map(async ({ storageKey }, at) => decodeTime(await storage.get(storageKey)) / timescale(inits[at]!.bytes)),
  );
  return Math.min(...times);
}

/** The run's segments as they are stored, each of its track. */
export function piecesOf(storage: Storage, { inits, segments }: Run): MediaPiece[] {
  return segments.map(({ rendition, storageKey }) => ({
    track: inits.findIndex((init) => init.rendition === rendition),
    read: () => storage.get(storageKey),
  }));
}

/** The run as a fragmented MP4, whose clock begins at `clock`. */
export async function* fragmentsOf(storage: Storage, { inits, segments }: Run, clock: number): AsyncGenerator<Buffer> {
  yield joinInits(inits.map(({ bytes }) => bytes));
  for (const [index, { rendition, storageKey }] of segments.entries()) {
    const track = inits.findIndex((init) => init.rendition === rendition);
    const earlier = Math.floor(clock * timescale(inits[track]!.bytes));
    const sequence = index * FRAGMENTS_A_SEGMENT + 1;
    yield placeSegment(await storage.get(storageKey), { track: track + 1, sequence, earlier }).bytes;
  }
}

function find(inits: readonly AssetInit[], rendition: string, number: number): AssetInit {
  const init = inits.find((each) => each.rendition === rendition && each.number === number);
  if (!init) throw new Error(`the initialization section ${number} of ${rendition} is missing`);
  return init;
}

function isSame(a: readonly AssetInit[], b: readonly AssetInit[]): boolean {
  return a.length === b.length && a.every(({ bytes }, at) => Buffer.compare(bytes, b[at]!.bytes) === 0);
}
