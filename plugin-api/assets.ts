/** Assets: what can be watched or downloaded later. Core keeps their rows and plays them; plugins make them. */

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
  /** Seconds; null until it is ready. */
  duration: number | null;
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

/** What plugins do with assets. Methods that take an id throw `LS_ASSET_NOT_FOUND` where it was deleted. */
export interface Assets {
  /** A new asset in the state `processing`. A session has one recording: where it is there, that is the answer. */
  create(asset: NewAsset): Promise<Asset>;
  get(id: string): Promise<Asset | null>;
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
  /** It cannot be made; `reason` is shown to the organization. Event `asset.failed`. Only of one that is still processing. */
  fail(id: string, reason: string): Promise<void>;
  /** Removes its rows at once, and its bytes as far as nobody else names them. */
  delete(id: string): Promise<void>;
}
