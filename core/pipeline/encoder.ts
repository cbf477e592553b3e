/** One ffmpeg process that makes a session's encoded renditions: frames in on its stdin, frames out of a pipe a rendition. */
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Logger, PipelinePlan } from '#plugin-api';
import { commandLine } from './command.ts';
import { type EncoderInput, encoderInput } from './encoder-input.ts';
import { FIRST_OUTPUT_PIPE, liveCommand } from './live-command.ts';
import { Mp4Reader } from './mp4-reader.ts';
import { type EncoderProgress, ProgressReader, Speedometer } from './progress.ts';
import type { Frame, VideoConfig } from './track.ts';

export type { EncoderProgress } from './progress.ts';

/** None is called before the call that caused it has returned. After `exit` there are no more. */
export interface EncoderEvents {
  /** Before a rendition's first frame. */
  config(rendition: string, config: VideoConfig): void;
  /** Shown at the very millisecond of the source's frame. A throw ends this rendition, not the others. */
  frame(rendition: string, frame: Frame): void;
  /** About once a second while frames are fed. */
  progress(progress: EncoderProgress): void;
  /** Once, when the process is gone and all that it made has been handed on. `expected`: after `stop`. */
  exit(reason: string, expected: boolean): void;
}

export interface EncoderOptions {
  /** With at least one rendition. */
  plan: PipelinePlan;
  source: VideoConfig;
  /** See `LiveCommandOptions`. */
  joinAfter: number | null;
  /** Path of the program, or its name to be looked up. */
  ffmpeg: string;
  log: Logger;
  events: EncoderEvents;
}

/** Waiting input, in bytes, beyond which `write` says that ffmpeg does not keep up: 13 s at 2.5 Mbit/s. */
const HIGH_WATER = 4 << 20;
/** How long ffmpeg may take to finish what it was fed, and then to follow SIGTERM. */
const FINISH_MS = 3000;
const TERMINATE_MS = 2000;
/** ffmpeg that was fed so many frames and made none of any rendition for so long hangs. */
const HUNG_FRAMES = 30;
const HUNG_MS = 10_000;
/** What of ffmpeg's messages is kept for the reason of its end. */
const KEPT_LINES = 8;
const MAX_LINE = 300;

export class Encoder {
  readonly #options: EncoderOptions;
  readonly #messages: string[] = [];
  #child: ChildProcess | null = null;
  #input: EncoderInput | null = null;
  #speedometer: Speedometer | null = null;
  /** When the first keyframe is shown: frames that are shown before it refer to what was never fed. */
  #start = 0;
  #sinceOutput = { frames: 0, since: 0 };
  #spawnError: NodeJS.ErrnoException | null = null;
  #hung = false;
  #stopping = false;
  #exited = false;
  readonly #gone = Promise.withResolvers<void>();

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  /**
   * Feeds a frame; the first starts the process. Without effect once the process is gone.
   * @returns Whether ffmpeg keeps up: false while more than 4 MiB wait.
   * @throws {RangeError} where the first frame is no keyframe.
   */
  write(frame: Frame): boolean {
    if (this.#stopping) return false;
    const time = frame.dts + frame.cts;
    if (!this.#input) {
      if (!frame.keyframe) throw new RangeError('The first frame for an encoder must be a keyframe.');
      this.#start = time;
      this.#input = encoderInput(this.#options.source, frame);
      this.#launch(this.#input);
    }
    const stdin = this.#child?.stdin;
    if (!stdin?.writable) return false;
    if (time < this.#start) return this.backlog < HIGH_WATER;
    stdin.cork();
    for (const bytes of this.#input.frame(frame)) stdin.write(bytes);
    stdin.uncork();
    this.#speedometer?.fed(time);
    this.#watch();
    return this.backlog < HIGH_WATER;
  }

  /** Bytes that wait for ffmpeg to read them. */
  get backlog(): number {
    return this.#child?.stdin?.writableLength ?? 0;
  }

  /** Ends the input, lets ffmpeg finish what it has, and ends it by force where it does not. Resolves when the process is gone. */
  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      if (!this.#child) this.#gone.resolve();
      this.#child?.stdin?.end();
      void this.#force();
    }
    await this.#gone.promise;
  }

  async #force(): Promise<void> {
    if (await this.#goneWithin(FINISH_MS)) return;
    this.#child?.kill('SIGTERM');
    if (await this.#goneWithin(TERMINATE_MS)) return;
    this.#child?.kill('SIGKILL');
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), ms);
    const gone = await Promise.race([this.#gone.promise.then(() => true), late.promise]);
    clearTimeout(timer);
    return gone;
  }

  #launch(input: EncoderInput): void {
    const { plan, source, joinAfter, ffmpeg } = this.#options;
    const cores = availableParallelism();
    const command = liveCommand({ plan, source, format: input.format, start: this.#start, joinAfter, cores });
    const pipes = Array.from({ length: plan.renditions.length + 1 }, () => 'pipe' as const);
    const child = spawn(ffmpeg, commandLine(command), {
      stdio: ['pipe', 'ignore', 'pipe', ...pipes],
      // Nothing else of our environment: it may hold secrets.
      env: { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH, LC_ALL: 'C' },
    });
    this.#child = child;
    child.on('error', (error) => {
      // One that runs reports its end by `close`.
      if (child.pid !== undefined) return;
      this.#spawnError = error;
      this.#ended(null, null);
    });
    child.on('close', (code, signal) => this.#ended(code, signal));
    if (child.pid === undefined) return;
    // ffmpeg that ends breaks the pipe; its end is reported by `exit`.
    child.stdin!.on('error', () => {});

    const names = plan.renditions.map(({ name }) => name);
    const speedometer = new Speedometer(names, this.#start, performance.now());
    this.#speedometer = speedometer;
    names.forEach((name, i) => {
      this.#readRendition(name, child.stdio[FIRST_OUTPUT_PIPE + i] as Readable, speedometer);
    });
    this.#readProgress(child.stdio[command.progressPipe] as Readable, speedometer);
    this.#readMessages(child.stderr!);
    for (const bytes of input.header) (child.stdin as Writable).write(bytes);
  }

  /** Reads a rendition to its end, whatever becomes of it: a pipe that nobody reads stops the whole process. */
  #readRendition(name: string, pipe: Readable, speedometer: Speedometer): void {
    const { events, log } = this.#options;
    let ticksPerMs = 1;
    const reader = new Mp4Reader({
      config: (config, timescale) => {
        ticksPerMs = timescale / 1000;
        events.config(name, config);
      },
      sample: ({ dts, cts, keyframe, data }) => {
        const frame = { dts: Math.round(dts / ticksPerMs), cts: Math.round(cts / ticksPerMs), keyframe, data };
        this.#sinceOutput.frames = 0;
        speedometer.made(name, frame.dts + frame.cts, data.length);
        events.frame(name, frame);
      },
    });
    let dropped = false;
    pipe.on('error', (error) => log.debug({ rendition: name, error: error.message }, 'a pipe of the encoder failed'));
    pipe.on('data', (chunk: Buffer) => {
      if (dropped) return;
      try {
        reader.push(chunk);
      } catch (error) {
        dropped = true;
        speedometer.forget(name);
        log.error(
          { rendition: name, err: error },
          'a rendition of the encoder is dropped: its frames could not be used',
        );
      }
    });
  }

  #readProgress(pipe: Readable, speedometer: Speedometer): void {
    const { events, log } = this.#options;
    const reader = new ProgressReader((progress) => events.progress(speedometer.read(progress, performance.now())));
    pipe.on('error', (error) => log.debug({ error: error.message }, "the encoder's progress pipe failed"));
    pipe.on('data', (chunk: Buffer) => reader.push(chunk));
  }

  #readMessages(stderr: Readable): void {
    let rest = '';
    stderr.setEncoding('utf8');
    stderr.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!.slice(0, MAX_LINE);
      for (const line of lines) this.#message(line);
    });
    stderr.on('end', () => this.#message(rest));
  }

  #message(line: string): void {
    const message = line.trim().slice(0, MAX_LINE);
    if (message === '') return;
    this.#options.log.debug({ message }, 'ffmpeg says');
    this.#messages.push(message);
    if (this.#messages.length > KEPT_LINES) this.#messages.shift();
  }

  #watch(): void {
    const now = performance.now();
    if (this.#sinceOutput.frames++ === 0) this.#sinceOutput.since = now;
    const { frames, since } = this.#sinceOutput;
    if (this.#hung || frames < HUNG_FRAMES || now - since < HUNG_MS) return;
    this.#hung = true;
    this.#child?.kill('SIGKILL');
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#exited) return;
    this.#exited = true;
    const reason = this.#reason(code, signal);
    this.#gone.resolve();
    this.#options.events.exit(reason, this.#stopping);
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#spawnError?.code === 'ENOENT') return 'ffmpeg was not found. Install it, or set its path.';
    if (this.#spawnError) return `ffmpeg could not be started (${this.#spawnError.code ?? 'unknown reason'}).`;
    if (this.#stopping) return 'It was stopped.';
    if (this.#hung) return `ffmpeg hung: it made nothing for ${HUNG_MS / 1000} s.`;
    const said = this.#messages.length > 0 ? ` It said: ${this.#messages.join(' | ')}` : '';
    return `${signal ? `ffmpeg was ended by ${signal}.` : `ffmpeg ended with code ${code}.`}${said}`;
  }
}
