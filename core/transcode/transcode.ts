/** Runs the one ffmpeg that transcodes a file, and cuts what comes out of its pipes into segments. */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { LivestreamsError, TranscodeWork } from '#plugin-api';
import { commandLine, FILE_OFFSET } from '../pipeline/command.ts';
import { Demuxer } from '../pipeline/demux.ts';
import { FlvReader } from '../pipeline/flv.ts';
import { Mp4Reader } from '../pipeline/mp4-reader.ts';
import { ProgressReader } from '../pipeline/progress.ts';
import { mediaRefused, transcodeFailed } from './errors.ts';
import { fileCommand } from './file-command.ts';
import { allocationLimit, fileInput } from './file-input.ts';
import { linesOf, spawnLimited } from './limited-process.ts';
import { plain } from './probe.ts';
import { Segmenter } from './segmenter.ts';

const MEMORY = 6 * 1024 ** 3;
/** Bytes of segments that nobody has taken yet: ffmpeg waits above. */
const MAX_UNTAKEN = 48 * 1024 * 1024;
/** ffmpeg that makes nothing for so long hangs. */
const HUNG_MS = 120_000;
const KEPT_MESSAGES = 5;
/** FLV's times are 32 bits with a sign. */
const FLV_SIGN = 2 ** 31;

export async function transcode(work: TranscodeWork): Promise<{ duration: number }> {
  work.signal.throwIfAborted();
  const run = new TranscodeRun(work);
  return run.result();
}

class TranscodeRun {
  readonly #work: TranscodeWork;
  readonly #segmenter: Segmenter;
  readonly #child: ChildProcess;
  readonly #pipes: Readable[] = [];
  readonly #messages: string[] = [];
  readonly #taking: Promise<void>[] = [];
  #untaken = 0;
  /** What to end with, whatever ffmpeg says. */
  #failure: { error: unknown } | null = null;
  #duration: number;
  /** Seconds that each rendition has reached. */
  readonly #reached = new Map<string, number>();
  #bytes = 0;
  #lastOutput = performance.now();
  readonly #started = performance.now();

  constructor(work: TranscodeWork) {
    this.#work = work;
    const { file, facts, plan, from, maxDuration } = work;
    const { command, tracks } = fileCommand({
      ...{ opened: fileInput(file), facts, plan, from: from.time, most: maxDuration - from.time },
    });
    this.#duration = from.time;
    this.#segmenter = new Segmenter({
      leader: tracks[0]!.name,
      tracks,
      from,
      onInit: work.onInit,
      onSegment: (segment) => this.#hand(segment),
    });
    const args = [...allocationLimit(), ...commandLine(command)];
    const outputs = Array.from({ length: tracks.length + 1 }, () => 'pipe' as const);
    const stdio = ['ignore' as const, 'ignore' as const, 'pipe' as const, ...outputs];
    this.#child = spawnLimited('ffmpeg', args, { memory: MEMORY, cpu: null }, stdio);
    for (const { name, kind, pipe } of tracks) {
      this.#reached.set(name, from.time);
      const stream = this.#child.stdio[pipe] as Readable;
      this.#pipes.push(stream);
      if (kind === 'video') this.#readVideo(name, stream);
      else this.#readAudio(name, stream);
    }
    const progress = new ProgressReader(({ frame, fps }) => this.#progress(frame, fps));
    (this.#child.stdio[command.progressPipe] as Readable).on('data', (chunk: Buffer) => progress.push(chunk));
  }

  async result(): Promise<{ duration: number }> {
    const { signal } = this.#work;
    const stop = () => this.#fail(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const watch = setInterval(() => {
      const waitsForUs = this.#untaken > MAX_UNTAKEN;
      if (!waitsForUs && performance.now() - this.#lastOutput > HUNG_MS) {
        this.#fail(transcodeFailed(`ffmpeg made nothing for ${HUNG_MS / 1000} s.`));
      }
    }, 5000);
    try {
      const ended = new Promise<number | null>((resolve, reject) => {
        this.#child.once('error', reject);
        this.#child.once('close', (code) => resolve(code));
      });
      const [code] = await Promise.all([ended, this.#readMessages()]);
      await Promise.allSettled(this.#taking);
      if (this.#failure) throw this.#failure.error;
      if (code !== 0) throw this.#judge(code);
      if (this.#bytes === 0) throw mediaRefused('There is nothing in it that could be played.');
      return { duration: this.#duration };
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      this.#child.kill('SIGKILL');
    }
  }

  #readVideo(name: string, pipe: Readable): void {
    let timescale = 1;
    const reader = new Mp4Reader({
      config: (config, ticks) => {
        timescale = ticks;
        this.#segmenter.config(name, config);
      },
      sample: ({ dts, cts, duration, keyframe, data }) => {
        const time = dts / timescale - FILE_OFFSET;
        const pts = time + cts / timescale;
        this.#segmenter.frame(name, { dts: time, pts, duration: duration / timescale, keyframe, data });
        this.#reached.set(name, pts);
      },
    });
    this.#read(name, pipe, (chunk) => reader.push(chunk));
  }

  /** The sound has no holes, so its frames are where their count says; FLV's milliseconds are too coarse. */
  #readAudio(name: string, pipe: Readable): void {
    const demuxer = new Demuxer();
    let frame = 0;
    let next: number | null = null;
    const reader = new FlvReader((tag) => {
      for (const unit of demuxer.push(tag)) {
        if (unit.kind === 'config' && unit.config.kind === 'audio') {
          frame = unit.config.samplesPerFrame / unit.config.sampleRate;
          this.#segmenter.config(name, unit.config);
        } else if (unit.kind === 'audio') {
          const signed = unit.time >= FLV_SIGN ? unit.time - 2 * FLV_SIGN : unit.time;
          next ??= signed / 1000 - FILE_OFFSET;
          this.#segmenter.frame(name, { dts: next, pts: next, duration: frame, keyframe: true, data: unit.data });
          next += frame;
          this.#reached.set(name, next);
        }
      }
    });
    this.#read(name, pipe, (chunk) => reader.push(chunk));
  }

  #read(name: string, pipe: Readable, push: (chunk: Buffer) => void): void {
    pipe.on('data', (chunk: Buffer) => {
      if (this.#failure) return;
      this.#lastOutput = performance.now();
      try {
        push(chunk);
      } catch (error) {
        this.#fail(
          transcodeFailed(`What ffmpeg made of ${name} cannot be used: ${messageOf(error)}.`, {}, { cause: error }),
        );
      }
    });
    pipe.on('end', () => {
      if (!this.#failure) this.#segmenter.end(name);
    });
    pipe.on('error', (error) => this.#fail(error));
  }

  #hand(segment: Parameters<TranscodeWork['onSegment']>[0]): void {
    const size = segment.bytes.length;
    this.#bytes += size;
    this.#untaken += size;
    this.#duration = Math.max(this.#duration, segment.start + segment.duration);
    if (this.#untaken > MAX_UNTAKEN) for (const pipe of this.#pipes) pipe.pause();
    const taken = this.#work.onSegment(segment).then(
      () => {
        this.#untaken -= size;
        this.#lastOutput = performance.now();
        if (this.#untaken <= MAX_UNTAKEN) for (const pipe of this.#pipes) pipe.resume();
      },
      (error: unknown) => this.#fail(error),
    );
    this.#taking.push(taken);
  }

  #progress(frame: number, fps: number): void {
    const time = Math.min(...this.#reached.values());
    const media = time - this.#work.from.time;
    const wall = (performance.now() - this.#started) / 1000;
    this.#work.onProgress({
      frame,
      fps,
      speed: Math.round((Math.max(0, media) / Math.max(0.001, wall)) * 100) / 100,
      bitrate: media > 0 && this.#bytes > 0 ? Math.round((this.#bytes * 8) / media) : null,
      time,
    });
  }

  async #readMessages(): Promise<void> {
    for await (const line of linesOf(this.#child.stderr as Readable)) {
      const message = plain(line.trim());
      if (message === '') continue;
      this.#work.onLine(message);
      this.#messages.push(message);
      if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#child.kill('SIGKILL');
    for (const pipe of this.#pipes) pipe.resume();
  }

  #judge(code: number | null): LivestreamsError {
    const said = this.#messages.length > 0 ? ` It said: ${this.#messages.join(' | ')}` : '';
    if (code === null || code > 128)
      return transcodeFailed(`ffmpeg was ended by the system, perhaps for its memory.${said}`);
    return transcodeFailed(`ffmpeg ended with code ${code}.${said}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
