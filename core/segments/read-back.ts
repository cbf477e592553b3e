/** Sessions read back from the ledger: to be watched later, and to be gone on with by another process. Assets are read alike. */
import type { Kysely, Selectable } from 'kysely';
import type { Latency, VideoCodec } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { ResumePoint } from '../pipeline/packager.ts';
import { measureBandwidth } from './bandwidth.ts';
import type { Init, Presentation, Rendition, Segment, SessionState, TrackFormat } from './ring.ts';

/** PART-TARGET until the packager says its own: nothing that is read back has parts. */
const PART_TARGET: Readonly<Record<Latency, number>> = { standard: 0.5, low: 0.2 };
/** Of an ended session, what lacks more than this share of the longest rendition is not offered: it would end early. */
const MOST_LACKING = 0.1;
/** So many segments a rendition may lack of a short one too: those that a killed process had finished of others and not of it. */
const LACKING_SEGMENTS = 2;

/** All that the ledger has of a session. */
export interface RecordedSession {
  /** Of an asset: its own. */
  sessionId: string;
  /** Empty for an asset. */
  streamId: string;
  latency: Latency;
  state: SessionState;
  /** The largest picture first, with every segment, oldest first, without bytes. */
  renditions: Rendition[];
}

type InitRow = Omit<Selectable<CoreTables['asset_inits']>, 'asset_id'>;
type SegmentRow = Omit<Selectable<CoreTables['asset_segments']>, 'asset_id' | 'sha256'>;

/** Null where there is no such session. */
export async function readSession(db: Kysely<CoreTables>, sessionId: string): Promise<RecordedSession | null> {
  const session = await db
    .selectFrom('sessions')
    .innerJoin('streams', 'streams.id', 'sessions.stream_id')
    .select(['sessions.stream_id', 'sessions.state', 'streams.latency'])
    .where('sessions.id', '=', sessionId)
    .executeTakeFirst();
  if (!session) return null;
  const inits = await db
    .selectFrom('inits')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('rendition')
    .orderBy('number')
    .execute();
  const segments = await db
    .selectFrom('segments')
    .select(['rendition', 'sequence', 'start', 'duration', 'program_date_time', 'discontinuity', 'init', 'size'])
    .select('storage_key')
    .where('session_id', '=', sessionId)
    .orderBy('sequence')
    .execute();
  const { stream_id: streamId, latency, state } = session;
  return { sessionId, streamId, latency, state, renditions: toRenditions(inits, segments, latency) };
}

/** Renditions of rows of the ledger, which come in the order of their numbers: the largest picture first. */
export function toRenditions(inits: InitRow[], segments: SegmentRow[], latency: Latency): Rendition[] {
  const renditions = new Map<string, Rendition>();
  for (const row of inits) {
    const init: Init = { number: row.number, config: trackFormat(row), bytes: row.bytes };
    const rendition = renditions.get(row.rendition);
    if (rendition) {
      rendition.inits.push(init);
      rendition.listed = row.listed;
    } else {
      renditions.set(row.rendition, {
        name: row.rendition,
        kind: row.kind,
        listed: row.listed,
        partTarget: PART_TARGET[latency],
        inits: [init],
        segments: [],
        discontinuitySequence: 0,
        peakBandwidth: 0,
        averageBandwidth: 0,
      });
    }
  }
  for (const row of segments) {
    renditions.get(row.rendition)?.segments.push({
      sequence: row.sequence,
      start: row.start,
      duration: row.duration,
      programDateTime: row.program_date_time?.getTime() ?? Number.NaN,
      discontinuity: row.discontinuity,
      init: row.init,
      size: row.size,
      complete: true,
      parts: null,
      storageKey: row.storage_key,
    });
  }
  const all = [...renditions.values()].sort((a, b) => height(b) - height(a));
  for (const rendition of all) {
    const first = rendition.segments[0];
    if (first) rendition.discontinuitySequence = discontinuitiesBefore(all, rendition.listed, first.sequence);
    measureBandwidth(rendition);
  }
  return all;
}

/** Where the packager of another process goes on; null where nothing of the session was packaged. */
export function resumePoint({ renditions }: RecordedSession): ResumePoint | null {
  if (renditions.length === 0) return null;
  let sequence = 0;
  let end = 0;
  const inits: Record<string, number> = {};
  for (const rendition of renditions) {
    inits[rendition.name] = rendition.inits.at(-1)!.number + 1;
    const last = rendition.segments.at(-1);
    if (!last) continue;
    sequence = Math.max(sequence, last.sequence + 1);
    end = Math.max(end, last.start + last.duration);
  }
  return { sequence, endTime: Math.ceil(end * 1000), inits };
}

/**
 * The session from its beginning, as it is when it has ended; null where none of it was kept. Offered are the renditions that
 * viewers were last offered, as far as they last the whole session, else the one that lasts longest. A segment that one
 * of them lacks, because the process that made it died, is left out of all: they stay in step.
 */
export function endedPresentation(recorded: RecordedSession): Presentation | null {
  const { sessionId, streamId, latency } = recorded;
  const renditions = recorded.renditions
    .filter(({ segments }) => segments.length > 0)
    .map((rendition) => ({ ...rendition, segments: rendition.segments.map((segment) => ({ ...segment })) }));
  if (renditions.length === 0) return null;
  offerWhole(renditions);
  const listed = renditions.filter((rendition) => rendition.listed);
  keepCommon(listed);
  const longest = Math.max(...listed.flatMap(({ segments }) => segments.map(({ duration }) => duration)), 0);
  return {
    sessionId,
    streamId,
    latency,
    state: 'ended',
    targetDuration: Math.max(1, Math.round(longest)),
    renditions: new Map(renditions.map((rendition) => [rendition.name, rendition])),
    offered: listed.map(({ name }) => name),
    version: 0,
    // It never changes: there is nobody to call.
    onChange: () => () => undefined,
  };
}

function offerWhole(renditions: Rendition[]): void {
  const pictures = renditions.filter(({ kind }) => kind === 'video');
  if (pictures.length === 0) return;
  const longest = pictures.reduce((best, rendition) => (seconds(rendition) > seconds(best) ? rendition : best));
  const segment = Math.max(...longest.segments.map(({ duration }) => duration));
  const isWhole = (rendition: Rendition) => isAlike(seconds(rendition), seconds(longest), segment);
  const offered = pictures.filter((rendition) => rendition.listed && isWhole(rendition));
  if (offered.length === 0) offered.push(longest);
  for (const rendition of pictures) rendition.listed = offered.includes(rendition);
}

/** Whether so much is about as much as the most there is, both in units of which a segment has `segment`. */
function isAlike(own: number, most: number, segment: number): boolean {
  return most - own <= Math.max(most * MOST_LACKING, Math.min(LACKING_SEGMENTS * segment, most / 2));
}

/** Leaves those segments that all have. Renditions with numbers of their own, or far fewer, are left as they are. */
function keepCommon(renditions: Rendition[]): void {
  const most = Math.max(...renditions.map(({ segments }) => segments.length));
  const alike = renditions.filter(({ segments }) => isAlike(segments.length, most, 1));
  const counts = new Map<number, number>();
  for (const { segments } of alike) {
    for (const { sequence } of segments) counts.set(sequence, (counts.get(sequence) ?? 0) + 1);
  }
  for (const rendition of alike) {
    rendition.segments = rendition.segments.filter(({ sequence }) => counts.get(sequence) === alike.length);
    let next = rendition.segments[0]?.sequence;
    for (const segment of rendition.segments) {
      if (segment.sequence !== next) segment.discontinuity = true;
      next = segment.sequence + 1;
    }
    measureBandwidth(rendition);
  }
}

/** Discontinuities are the same in all renditions that are listed alike: those that one lacks are found in another. */
function discontinuitiesBefore(renditions: readonly Rendition[], listed: boolean, sequence: number): number {
  const before = new Set<number>();
  for (const rendition of renditions) {
    if (rendition.listed !== listed) continue;
    for (const segment of rendition.segments) {
      if (segment.discontinuity && segment.sequence < sequence) before.add(segment.sequence);
    }
  }
  return before.size;
}

function seconds({ segments }: { segments: Segment[] }): number {
  return segments.reduce((sum, { duration }) => sum + duration, 0);
}

function height({ inits }: Rendition): number {
  const config = inits.at(-1)?.config;
  return config?.kind === 'video' ? config.height : 0;
}

/** The RFC 6381 names by which the ledger keeps codecs, to ours. */
const VIDEO_CODECS: readonly [RegExp, VideoCodec][] = [
  [/^avc/, 'h264'],
  [/^h[ve][vc]1/, 'hevc'],
  [/^av01/, 'av1'],
];

function trackFormat(row: InitRow): TrackFormat {
  if (row.kind === 'audio') {
    return {
      kind: 'audio',
      codec: row.codec.startsWith('opus') ? 'opus' : 'aac',
      codecString: row.codec,
      sampleRate: row.sample_rate!,
      channels: row.channels!,
    };
  }
  return {
    kind: 'video',
    codec: VIDEO_CODECS.find(([name]) => name.test(row.codec))?.[1] ?? 'h264',
    codecString: row.codec,
    width: row.width!,
    height: row.height!,
    frameRate: row.frame_rate,
  };
}
