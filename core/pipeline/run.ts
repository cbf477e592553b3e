/** A session's pipeline: one reader, the in-process transmuxer, at most one encoder, all into one packager. */
import type { EventMap, Latency, Logger, PipelinePlan, Source, SourceAddress, SourceFacts } from '#plugin-api';
import type { PackagerSink } from '../segments/ring.ts';
import { Demuxer, type Unit } from './demux.ts';
import { Encoding } from './encoding.ts';
import type { FlvTag } from './flv.ts';
import { Health, type HealthReport } from './health.ts';
import { KeptFrames } from './kept-frames.ts';
import { Packager, type ResumePoint } from './packager.ts';
import { readSource } from './source-reader.ts';
import { SourceWatch } from './source-watch.ts';
import { Timeline } from './timeline.ts';
import type { Frame } from './track.ts';

/** Media milliseconds to wait for the second track's configuration before the session is taken to have one track. */
const SECOND_TRACK_MS = 500;
/** The plan is asked for again each time that the source's keyframes turn out this much further apart (seconds). */
const INTERVAL_STEP = 0.5;
/** Progress of the encoder becomes an event at most this often. */
const TELEMETRY_MS = 10_000;
/** What a publisher that has gone had sent is on its way to us for this long at most. */
const LAST_READ_MS = 2000;
/** A publisher that has sent nothing for this long has no data. */
const NO_DATA_MS = 3000;
/** Troubles of one connection: the next may be another encoder, with other settings. */
const CONNECTION_ISSUES = [
  'encoder_slow',
  'keyframe_interval',
  'plan_failed',
  'timestamps_jumped',
  'unsupported_audio',
  'unsupported_video',
];

export type SessionEvents = Pick<
  EventMap,
  | 'session.source'
  | 'session.plan'
  | 'session.encoder'
  | 'session.encoder_restarted'
  | 'session.encoder_slow'
  | 'session.problem'
>;

export interface PipelineOptions {
  latency: Latency;
  ffmpeg: string;
  sink: PackagerSink;
  /** Where a former worker stopped. */
  resume?: ResumePoint;
  /** Asks the `pipeline` hook. */
  shape(plan: PipelinePlan, source: Source, shed: number): Promise<PipelinePlan>;
  /** Which renditions viewers are offered from now on, highest first, and which are made beside them. */
  offer(renditions: string[], apart: string[]): void;
  emit<T extends keyof SessionEvents>(type: T, data: SessionEvents[T]): void;
  log: Logger;
}

type MediaUnit = Extract<Unit, { kind: 'video' | 'audio' }>;

export class SessionPipeline {
  readonly health: Health;
  readonly #options: PipelineOptions;
  readonly #packager: Packager;
  readonly #timeline: Timeline;
  readonly #kept = new KeptFrames();
  readonly #watch = new SourceWatch();
  #demuxer = new Demuxer();
  #encoding: Encoding | null = null;
  #plan: PipelinePlan | null = null;
  /** Frames of a connection that came before its first plan stood; null once it stands. */
  #waiting: MediaUnit[] | null = [];
  #starting = false;
  /** Whether a frame of this connection has had its place on the timeline. */
  #placed = false;
  #abandoned = false;
  #planning: Promise<void> = Promise.resolve();
  #askedInterval = 0;
  #shed = 0;
  #unsupported = new Map<'video' | 'audio', string>();
  #lastMediaAt = Date.now();
  #lastTelemetry = 0;
  #connections = 0;
  #reading: { abort: AbortController; done: Promise<void> } | null = null;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#timeline = new Timeline(options.resume?.endTime ?? 0);
    this.#connections = options.resume ? 1 : 0;
    this.#packager = new Packager({
      latency: options.latency,
      sink: options.sink,
      ...(options.resume ? { resume: options.resume } : {}),
      onIrregularity: (what) => options.log.warn({ what }, 'the packager met something irregular'),
    });
    this.health = new Health(({ code, reason, fix }) => options.emit('session.problem', { code, reason, fix }));
  }

  report(): HealthReport {
    return this.health.report(Date.now() - this.#lastMediaAt < NO_DATA_MS);
  }

  get source(): SourceFacts {
    return this.#watch.facts;
  }

  /** Milliseconds since 1970 of the last tag of any publisher. */
  get lastMediaAt(): number {
    return this.#lastMediaAt;
  }

  /** Reads a publisher until it ends, and answers why. One at a time: `detach` the former first. */
  attach(source: SourceAddress): Promise<string> {
    const abort = new AbortController();
    this.#demuxer = new Demuxer();
    this.#watch.interrupted();
    this.#unsupported.clear();
    this.#shed = 0;
    for (const code of CONNECTION_ISSUES) this.health.clear(code);
    this.#askedInterval = 0;
    this.#starting = false;
    this.#placed = false;
    this.#waiting = [];
    this.#lastMediaAt = Date.now();
    if (this.#connections++ > 0) {
      this.#timeline.rebase();
      this.#packager.publisherChanged();
    }
    const read = readSource(source, (tag) => this.#tag(tag), abort.signal);
    const done = read.then(
      () => this.#drain(),
      () => this.#drain(),
    );
    this.#reading = { abort, done };
    return read.finally(() => done);
  }

  /**
   * The publisher has gone: reads what it has sent to the end, which is given `LAST_READ_MS` to come, and resolves when all of that has
   * been packaged.
   */
  async detach(): Promise<void> {
    const reading = this.#reading;
    if (!reading) return;
    const late = setTimeout(() => reading.abort.abort(), LAST_READ_MS);
    await reading.done;
    clearTimeout(late);
    this.#reading = null;
  }

  /** Detaches, and closes the last segments. */
  async end(): Promise<void> {
    await this.detach();
    this.#packager.end();
  }

  /** Ends without writing anything more: somebody else has the session. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#reading?.abort.abort();
    await this.detach();
  }

  async #drain(): Promise<void> {
    await this.#planning;
    await this.#encoding?.stop();
    this.#encoding = null;
    this.#plan = null;
    this.#kept.clear();
    this.#packager.flush();
  }

  #tag(tag: FlvTag): void {
    for (const unit of this.#demuxer.push(tag)) this.#unit(unit);
  }

  #unit(unit: Unit): void {
    switch (unit.kind) {
      case 'config':
        if (unit.config.kind === 'video') this.#watch.video = unit.config;
        else this.#watch.audio = unit.config;
        if (!this.#waiting) this.#configured(unit.config.kind);
        return;
      case 'metadata':
        this.#watch.statedVideoBitrate = unit.videoBitrate;
        this.#watch.statedFrameRate = unit.frameRate;
        return;
      case 'unsupported':
        this.#unsupported.set(unit.track, unit.reason);
        this.health.raise({
          code: `unsupported_${unit.track}`,
          severity: 'error',
          reason: unit.reason,
          fix:
            unit.track === 'video'
              ? 'Set your encoder to H.264 (or HEVC or AV1 where it has Enhanced RTMP).'
              : 'Set your encoder to AAC audio.',
        });
        return;
      default:
        this.#lastMediaAt = Date.now();
        if (this.#waiting) this.#wait(unit, this.#waiting);
        else this.#media(unit);
    }
  }

  #wait(unit: MediaUnit, waiting: MediaUnit[]): void {
    waiting.push(unit);
    if (this.#starting) return;
    const { video, audio } = this.#watch;
    const both = (video || this.#unsupported.has('video')) && (audio || this.#unsupported.has('audio'));
    const waited = unit.time - waiting[0]!.time;
    if (!both && waited >= 0 && waited < SECOND_TRACK_MS) return;
    if (!video && !audio) return;
    this.#starting = true;
    this.#options.emit('session.source', this.#watch.facts);
    if (video) this.#packager.config('source', video);
    if (audio) this.#packager.config('audio', audio);
    this.#replan('the publisher started');
    this.#planning = this.#planning.then(() => {
      this.#waiting = null;
      for (const kept of waiting) this.#media(kept);
    });
  }

  #configured(kind: 'video' | 'audio'): void {
    this.#options.emit('session.source', this.#watch.facts);
    if (kind === 'video') {
      // What was kept belongs to the old configuration; the encoder starts anew with the keyframe that follows.
      this.#kept.clear();
      this.#packager.config('source', this.#watch.video!);
    } else {
      this.#packager.config('audio', this.#watch.audio!);
    }
    this.#replan(`the source's ${kind} changed`, kind === 'video');
  }

  #media(unit: MediaUnit): void {
    const { time, jumped } = this.#timeline.map(unit.kind, unit.time);
    if (jumped && this.#placed) {
      this.#options.log.warn(
        { track: unit.kind },
        "the source's timestamps jumped; the timeline goes on without the jump",
      );
      this.health.raise({
        code: 'timestamps_jumped',
        severity: 'warning',
        reason: "The encoder's timestamps jumped; the stream goes on without the gap.",
        fix: 'Restart the stream in your encoder if sound and picture are no longer together.',
      });
    }
    this.#placed = true;
    if (unit.kind === 'audio') {
      this.#packager.frame('audio', { dts: time, cts: 0, keyframe: true, data: unit.data });
      return;
    }
    const frame: Frame = { dts: time, cts: unit.cts, keyframe: unit.keyframe, data: unit.data };
    this.#watch.frame(frame);
    this.#kept.push(frame);
    if (!this.#encoding && frame.keyframe) this.#kept.finishedAll();
    this.#packager.frame('source', frame);
    this.#encoding?.write(frame);
    this.#judgeKeyframes();
  }

  #judgeKeyframes(): void {
    const interval = this.#watch.keyframeInterval ?? 0;
    if (interval < this.#askedInterval + INTERVAL_STEP) return;
    this.#askedInterval = interval;
    this.#replan(`the source's keyframes are ${interval.toFixed(1)} s apart`);
  }

  /** Asks for the plan and applies it if it is another one, after whatever is being planned now. */
  #replan(reason: string, force = false): void {
    this.#planning = this.#planning
      .then(async () => {
        const source = this.#watch.stated;
        const base: PipelinePlan = { offerSource: true, renditions: [], keyframes: 'source' };
        const plan = source.video ? await this.#options.shape(base, source, this.#shed) : base;
        if (this.#abandoned) return;
        const same = JSON.stringify(plan) === JSON.stringify(this.#plan);
        if (same && !force) return;
        await this.#apply(plan, reason);
      })
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'the session could not be planned');
        this.health.raise({
          code: 'plan_failed',
          severity: 'error',
          reason: 'The plan of the renditions could not be carried out; what was there before goes on.',
          fix: 'Read the server log; restart the stream.',
        });
      });
  }

  async #apply(plan: PipelinePlan, reason: string): Promise<void> {
    // The former encoder is fed no more from here on, and what it was fed comes out in full.
    const joinAfter = this.#encoding ? this.#kept.lastShown : null;
    await this.#encoding?.stop();
    this.#encoding = null;
    const { video, audio } = this.#watch;
    const offerSource = video !== null && (plan.offerSource || plan.renditions.length === 0);
    const encoded = video ? plan.renditions.map(({ name }) => name) : [];
    const pictures = offerSource ? ['source', ...encoded] : encoded;
    this.#plan = plan;
    const apart = video && plan.keepSource && !offerSource ? ['source'] : [];
    this.#packager.plan({ leader: pictures[0] ?? 'audio', video: pictures, audio: audio !== null, apart });
    this.#options.offer(audio ? [...pictures, 'audio'] : pictures, apart);
    this.#options.emit('session.plan', { renditions: pictures, offer_source: offerSource, reason });
    this.#keyframeHealth();
    if (encoded.length > 0 && video) this.#encode(plan, joinAfter);
  }

  #encode(plan: PipelinePlan, joinAfter: number | null): void {
    const { ffmpeg, log, emit } = this.#options;
    const frameRate = () => this.#watch.source.video!.frameRate;
    this.#encoding = new Encoding({
      plan,
      source: this.#watch.video!,
      joinAfter,
      ffmpeg,
      kept: this.#kept,
      log,
      events: {
        // The encoder's milliseconds say a frame rate that is a little off; it hands on every frame of the source.
        config: (rendition, config) => this.#packager.config(rendition, { ...config, frameRate: frameRate() }),
        frame: (rendition, frame) => this.#packager.frame(rendition, frame),
        progress: ({ frame, fps, speed, bitrate, dropped }) => {
          if (Date.now() - this.#lastTelemetry < TELEMETRY_MS) return;
          this.#lastTelemetry = Date.now();
          emit('session.encoder', { frame, fps, speed, bitrate, dropped });
        },
        restarted: (reason, restarts) => emit('session.encoder_restarted', { reason, restarts }),
        slow: (speed) => this.#slow(speed),
      },
    });
  }

  #slow(speed: number): void {
    const dropped = this.#plan?.renditions[0]?.name ?? null;
    this.#shed++;
    this.#options.emit('session.encoder_slow', { speed, dropped_rendition: dropped });
    this.health.raise({
      code: 'encoder_slow',
      severity: 'warning',
      reason: `This machine encodes at ${speed.toFixed(2)} times real time; ${dropped ?? 'a rendition'} was dropped.`,
      fix: 'Send a smaller picture, choose a smaller ladder in the abr plugin, or use a faster machine.',
    });
    this.#replan('the encoder does not keep up');
  }

  #keyframeHealth(): void {
    const interval = this.#watch.keyframeInterval ?? 0;
    if (interval <= 2.1) {
      this.health.clear('keyframe_interval');
      return;
    }
    this.health.raise({
      code: 'keyframe_interval',
      severity: 'warning',
      reason: `The source's keyframes are ${interval.toFixed(1)} s apart; viewers wait that long to start or to switch.`,
      fix: 'Set the keyframe interval of your encoder to 2 s (OBS: Output, Keyframe Interval).',
    });
  }
}
