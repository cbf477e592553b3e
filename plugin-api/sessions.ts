/** Sessions as plugins may look at them: what a stream has sent, and where on the session's timeline it can be found. */

export interface SessionView {
  id: string;
  organizationId: string;
  streamId: string;
  /** The stream's present title. */
  title: string;
  state: 'live' | 'reconnecting' | 'ended';
  startedAt: Date;
  /** What is stored of it, in seconds on its timeline; null before the first segment. */
  stored: { start: number; end: number } | null;
}

/** One finished segment of a session: fragmented MP4 in storage. */
export interface SessionSegment {
  rendition: string;
  kind: 'video' | 'audio';
  /** Rises within the rendition. The same instant has the same number in all renditions that viewers are offered. */
  sequence: number;
  /** Seconds on the session's timeline, and of length. */
  start: number;
  duration: number;
  discontinuity: boolean;
  /** Its initialization section, which it shares with those before and after it. */
  init: { number: number; bytes: Uint8Array };
  size: number;
  /** Of its bytes. Only where it was read from the ledger: a power failure may have cost what was stored last. */
  sha256?: Uint8Array;
  storageKey: string;
}

export interface SessionViews {
  /** Null where the organization has no such session. */
  get(organizationId: string, sessionId: string): Promise<SessionView | null>;
  /** The stream's session that has not ended; null where there is none, or the organization has no such stream. */
  open(organizationId: string, streamId: string): Promise<SessionView | null>;
  /** Keeps this JPEG as the newest picture of the session: `/live/<stream_id>/thumbnail.jpg`. */
  setThumbnail(sessionId: string, jpeg: Uint8Array): Promise<void>;
  /** What is stored of one rendition from a number on, in order. */
  segments(sessionId: string, rendition: string, from: number): Promise<SessionSegment[]>;
  /** Where on the session's timeline the frame stands that was made at this time (`EXT-X-PROGRAM-DATE-TIME`); null before all of it. */
  timeOf(sessionId: string, date: Date): Promise<number | null>;
}
