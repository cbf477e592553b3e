/** An ingest: a way in for publishers. It turns a connection into a publish attempt and a source that a worker can read. */
import type { Host } from './host.ts';
import type { Latency } from './media.ts';

/** Where a worker reads a publisher's FLV tags: an HTTP response that starts with the FLV header and ends with the publisher. */
export interface SourceAddress {
  /** Loopback or a private address; never shown to anybody. */
  url: string;
  /** Value of the request's Authorization header. */
  authorization: string;
}

export interface PublishAttempt {
  streamId: string;
  /** As the encoder sent it. Never logged. */
  key: string;
  remoteAddress: string;
  /** The encoder's name for itself, where it gives one. */
  encoder: string | null;
  source: SourceAddress;
}

/** Thrown by `IngestDoor.publish`. `reason` may be shown to the encoder. */
export interface PublishRefusal {
  code: 'denied' | 'throttled' | 'busy' | 'unavailable';
  reason: string;
}

/** A publish that was let in. */
export interface Publication {
  /** `pub_…` */
  id: string;
  sessionId: string;
  /** With `standard` an ingest may gather what comes for a tenth of a second: that costs less than reading each frame as it comes. */
  latency: Latency;
  /** Aborts when the core wants the publisher gone (key deleted, stream deleted, disconnect, taken over); `reason` is a sentence. */
  signal: AbortSignal;
  /** The ingest reports the end of the connection, once. */
  ended(reason: string): void;
}

export interface IngestDoor {
  /** Looks the key up, asks `authorize`, opens or continues the session. Rejects with a `PublishRefused`. */
  publish(attempt: PublishAttempt): Promise<Publication>;
}

export class PublishRefused extends Error implements PublishRefusal {
  readonly code: PublishRefusal['code'];
  readonly reason: string;
  constructor(code: PublishRefusal['code'], reason: string) {
    super(reason);
    this.name = 'PublishRefused';
    this.code = code;
    this.reason = reason;
  }
}

export interface RunningIngest {
  /** What a creator types, with `{stream_id}` and `{key}` to be filled in; shown at start and on the go-live page. */
  publishUrls: Record<string, string>;
  /**
   * Publishes FLV to itself as an encoder would, until that ends; where it has such a publisher, the demo uses it. Rejects with the
   * reason of a refusal or a broken connection.
   */
  publish?(publisher: TestPublisher): Promise<void>;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface TestPublisher {
  streamId: string;
  key: string;
  /** Paced at its source. */
  flv: AsyncIterable<Buffer>;
  signal: AbortSignal;
}

export interface Ingest {
  /** Runs in the role `ingest`. Resolves once it listens; rejects with one clear sentence (a port in use). */
  start(door: IngestDoor, host: Host): Promise<RunningIngest>;
}
