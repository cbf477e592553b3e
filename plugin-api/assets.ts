/** Assets: what can be watched or downloaded later. Core keeps their rows and plays them; plugins make them. */
import { type Static, Type } from 'typebox';

export type AssetKind = 'recording' | 'upload' | 'clip';

export interface NewAsset {
  kind: AssetKind;
  organizationId: string;
  streamId?: string;
  sessionId?: string;
  title: string;
  /** Where not stated that of the stream, and `public` without one. */
  visibility?: 'public' | 'unlisted' | 'protected';
}

export interface Asset {
  id: string;
  organizationId: string;
  kind: AssetKind;
  status: 'processing' | 'ready' | 'failed';
  streamId: string | null;
  sessionId: string | null;
  title: string;
  visibility: 'public' | 'unlisted' | 'protected';
  /** Seconds that are shown; null until it is ready. */
  duration: number | null;
  /** What of its segments is shown, in seconds on their timeline; null for all. */
  trim: { start: number; end: number } | null;
  createdAt: Date;
}

/** One initialization section of one rendition. */
export interface AssetInit {
  rendition: string;
  number: number;
  kind: 'video' | 'audio';
  /** Whether viewers are offered the rendition. */
  listed: boolean;
  /** RFC 6381. */
  codec: string;
  width: number | null;
  height: number | null;
  frameRate: number | null;
  sampleRate: number | null;
  channels: number | null;
  bytes: Uint8Array;
}

/** One media segment (fragmented MP4) in storage. Several assets and a session may name the same bytes. */
export interface AssetSegment {
  rendition: string;
  /** The same instant has the same number in every rendition. */
  sequence: number;
  /** Seconds on the asset's timeline, and of length. */
  start: number;
  duration: number;
  discontinuity: boolean;
  /** Number of its initialization section. */
  init: number;
  size: number;
  sha256: Uint8Array;
  storageKey: string;
}

/** A whole file of the asset: what a download gives. A recording has one for each configuration of its source. */
export interface AssetFile {
  number: number;
  storageKey: string;
  size: number;
  /** Seconds on the asset's timeline, and of length. */
  start: number;
  duration: number;
}

/** Pictures of an asset, by storage key. */
export interface AssetImages {
  thumbnailKey?: string;
  /** WebVTT whose cues name places in the sprite by `#xywh`. */
  storyboardVttKey?: string;
  storyboardImageKey?: string;
}

/** A stretch without media, in seconds on the asset's timeline and of length. */
export interface AssetGap {
  start: number;
  duration: number;
}

/** What an asset took over from a session or another asset. */
export interface AdoptedSegments {
  /** How many it did not have before. */
  segments: number;
  /** Seconds on the source's timeline: the asset's own begins at `start`. */
  start: number;
  end: number;
  /** On the asset's timeline: where publishers were away. */
  gaps: AssetGap[];
}

const Seconds = Type.Number({ description: 'Seconds.' });
const NullableText = Type.Union([Type.String(), Type.Null()]);
const NullableNumber = Type.Union([Type.Number(), Type.Null()]);

/** An asset as the API answers it. */
export const AssetBody = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['recording', 'upload', 'clip']),
  status: Type.Enum(['processing', 'ready', 'failed']),
  title: Type.String(),
  visibility: Type.Enum(['public', 'unlisted', 'protected']),
  stream_id: NullableText,
  session_id: NullableText,
  duration: Type.Union([Type.Number(), Type.Null()], { description: 'Seconds; null until it is ready.' }),
  size: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Bytes of all that it names, those included that other assets share; null until it is ready.',
  }),
  playback: Type.Object(
    { hls_url: Type.String(), watch_url: Type.String(), embed_url: Type.String() },
    { description: 'Of a protected asset each needs `?token=`, as its pictures do.' },
  ),
  thumbnail_url: NullableText,
  storyboard: Type.Union([Type.Object({ vtt_url: Type.String(), image_url: Type.String() }), Type.Null()]),
  tracks: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Enum(['video', 'audio']),
      codec: Type.String({ description: 'RFC 6381.' }),
      width: NullableNumber,
      height: NullableNumber,
      frame_rate: NullableNumber,
      sample_rate: NullableNumber,
      channels: NullableNumber,
    }),
    { description: 'The qualities and sounds that viewers are offered.' },
  ),
  gaps: Type.Array(Type.Object({ start: Seconds, duration: Seconds }), {
    description: 'Where publishers were away, on the timeline of the asset, and for how long.',
  }),
  files: Type.Array(Type.Object({ number: Type.Integer(), size: Type.Integer(), start: Seconds, duration: Seconds }), {
    description: 'Of a recording: one for each configuration of what was sent; downloads are made of them.',
  }),
  error: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed.' }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
  ready_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});

export type AssetAnswer = Static<typeof AssetBody>;

/** What plugins do with assets. Methods that take an id throw `LS_ASSET_NOT_FOUND` where it was deleted. */
export interface Assets {
  /** A new asset in the state `processing`. A session has one recording: where it is there, that is the answer. */
  create(asset: NewAsset): Promise<Asset>;
  get(id: string): Promise<Asset | null>;
  /** What `GET /assets/:id` answers: for plugins whose routes answer an asset. */
  describe(id: string): Promise<AssetAnswer>;
  /** The asset of this kind that was made of the session. */
  ofSession(sessionId: string, kind: AssetKind): Promise<Asset | null>;
  /**
   * Gives the asset the segments of a session or another asset that touch `range` (seconds on that one's timeline; all
   * where absent), by reference: no byte is copied, and they live as long as anybody names them. Once an asset: its timeline
   * begins with the first of them. Repeated, it changes nothing.
   */
  adopt(
    id: string,
    from: { sessionId: string } | { assetId: string },
    range?: { start: number; end: number },
  ): Promise<AdoptedSegments>;
  addInits(id: string, inits: AssetInit[]): Promise<void>;
  addSegments(id: string, segments: AssetSegment[]): Promise<void>;
  /** Puts these segments in the place of all that it has; what nobody names any more is deleted. */
  replaceSegments(id: string, segments: AssetSegment[]): Promise<void>;
  /** What it has: initialization sections, and segments by rendition and number. */
  media(id: string): Promise<{ inits: AssetInit[]; segments: AssetSegment[] }>;
  addFile(id: string, file: AssetFile): Promise<void>;
  setImages(id: string, images: AssetImages): Promise<void>;
  /**
   * It can be watched: status, event `asset.ready` and hook `asset`; of one that is ready already nothing changes.
   * `trim` is what a clip shows of its segments, in seconds on its timeline.
   */
  ready(
    id: string,
    facts: { duration: number; gaps?: AssetGap[]; trim?: { start: number; end: number } },
  ): Promise<void>;
  /** It is being made again: a failed one is `processing` as before it failed. */
  restart(id: string): Promise<void>;
  /** It cannot be made; `reason` is shown to the organization. Event `asset.failed`. Only of one that is still processing. */
  fail(id: string, reason: string): Promise<void>;
  /** Removes its rows at once, and its bytes as far as nobody else names them. */
  delete(id: string): Promise<void>;
}
