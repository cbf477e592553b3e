/** The eight hooks. The map is closed: a ninth is a decision of the core, with a record in docs/decisions. */
import type { AssetKind } from './assets.ts';
import type { EnqueueOptions, JobName, JobPayload } from './jobs.ts';
import type { Latency, PipelinePlan, Source } from './media.ts';
import type { SessionSegment } from './sessions.ts';

export interface StreamRef {
  id: string;
  organizationId: string;
  title: string;
  latency: Latency;
  record: boolean;
  visibility: 'public' | 'unlisted' | 'protected';
}

export interface SessionRef {
  id: string;
  startedAt: Date;
}

/** Enqueues a job in the transaction that the hook runs in: the job exists exactly if the transaction commits. */
export type EnqueueInTransaction = <N extends JobName>(
  name: N,
  payload: JobPayload<N>,
  options?: EnqueueOptions,
) => Promise<string>;

export interface AssetRef {
  id: string;
  organizationId: string;
  kind: AssetKind;
  visibility: 'public' | 'unlisted' | 'protected';
}

export interface AuthorizePublishContext {
  action: 'publish';
  stream: StreamRef;
  remoteAddress: string;
  /** The ingest's name. */
  ingest: string;
}

export interface AuthorizePlayContext {
  action: 'play';
  /** Null only with an asset that came from no stream, or whose stream was deleted. */
  stream: StreamRef | null;
  /** Where it is an asset that is to be watched. */
  asset?: AssetRef;
  remoteAddress: string;
}

export type AuthorizeContext = AuthorizePublishContext | AuthorizePlayContext;

export interface PublishContext {
  stream: StreamRef;
  session: SessionRef;
  enqueue: EnqueueInTransaction;
}

export interface UnpublishContext extends PublishContext {
  reason: string;
}

export interface PipelineContext {
  stream: StreamRef;
  session: SessionRef;
  source: Source;
  /** How many of the highest encoded renditions the encoder has shown that it cannot keep up with. */
  shed: number;
}

/** A segment that is stored, and in the ledger. */
export interface SegmentContext extends SessionSegment {
  stream: StreamRef;
  session: SessionRef;
}

/** A multivariant playlist before it is written. */
export interface PlaylistPlan {
  variants: { name: string; bandwidth: number; averageBandwidth: number; codecs: string; uri: string }[];
  /** Lines that stand before the first variant: `#EXT-X-SESSION-DATA:…`. */
  tags: string[];
}

/** What the playlist is of: a stream's session or an asset. */
export interface PlaylistContext {
  streamId: string | null;
  sessionId: string | null;
  /** Null for a session at its stream's own address. */
  assetId: string | null;
}

export interface JobCompleteContext {
  id: string;
  name: string;
  state: 'completed' | 'failed' | 'cancelled';
  /** What it was enqueued with. */
  payload: unknown;
}

export interface AssetContext {
  id: string;
  kind: 'recording' | 'upload' | 'clip';
  organizationId: string;
}

/** What a tap of each hook is called with, and what it may answer. */
export interface HookMap {
  /** Gate, in series, in the api. Answer `{ refuse: reason }` to refuse; the client is told the reason. */
  authorize: { context: AuthorizeContext; answer: { refuse: string } | undefined };
  /** In series, in the transaction that opens the session. A throw refuses the publish. */
  publish: { context: PublishContext; answer: undefined };
  /** Shape, in the worker: the plan as the taps before left it, to be answered changed or as it is. */
  pipeline: { value: PipelinePlan; context: PipelineContext; answer: PipelinePlan };
  /** Notify, in the worker, after each finished segment. */
  segment: { context: SegmentContext; answer: undefined };
  /** Shape, in the origin: the multivariant playlist. */
  playlist: { value: PlaylistPlan; context: PlaylistContext; answer: PlaylistPlan };
  /** Notify, in the transaction that closes the session. */
  unpublish: { context: UnpublishContext; answer: undefined };
  /** Notify, in the worker, after any job. */
  jobComplete: { context: JobCompleteContext; answer: undefined };
  /** Notify, in the worker, for a new asset. */
  asset: { context: AssetContext; answer: undefined };
}

export type HookName = keyof HookMap;

/** A tap: shape hooks get the value first, all others only the context. `signal` aborts when the time budget is over. */
export type Tap<H extends HookName> = HookMap[H] extends { value: infer V; context: infer C; answer: infer A }
  ? (value: V, context: C, signal: AbortSignal) => A | Promise<A>
  : HookMap[H] extends { context: infer C; answer: infer A }
    ? (context: C, signal: AbortSignal) => A | Promise<A> | (undefined extends A ? void | Promise<void> : never)
    : never;
