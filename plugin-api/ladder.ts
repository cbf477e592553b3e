/** The ladder: which smaller renditions a source gets, and whether the source itself is the top one. Pure. */
import type { EncodedRendition, Latency, PipelinePlan, SourceVideo } from './media.ts';

/** Names and short sides: 720p of a portrait picture is 720 wide. Highest first. */
const SHORT_SIDES = { '1080p': 1080, '720p': 720, '480p': 480, '360p': 360, '240p': 240 } as const;

export type RungName = keyof typeof SHORT_SIDES;
export const RUNG_NAMES = Object.keys(SHORT_SIDES) as RungName[];

export interface LadderSettings {
  /** At least one, in any order. */
  ladder: RungName[];
  /** `auto`: a source that fits is the top rung, and is not encoded again. */
  passthrough: 'auto' | 'off';
  /** x264 preset. */
  preset: string;
}

/** A picture to make renditions of; of a file it may be in any codec. */
export type LadderVideo = Omit<SourceVideo, 'codec'> & { codec: string };

export interface LadderContext {
  video: LadderVideo;
  latency: Latency;
  /** How many of the highest encoded rungs the machine cannot keep up with. */
  shed: number;
}

/** 1280x720 at up to 30 frames a second, in bits per second. */
const REFERENCE_BITRATE = 2_800_000;
const REFERENCE_PIXELS = 1280 * 720;
/** Detail grows more slowly than area: the customary power law for encoding ladders. */
const BITRATE_EXPONENT = 0.75;
/** Twice the frames are more alike, and cost half as much again. */
const HIGH_FRAME_RATE = 40;
const HIGH_FRAME_RATE_FACTOR = 1.5;
const BITRATE_STEP = 10_000;
/** Room for pictures that are hard to encode; the buffer is how many seconds of the target may come late. */
const PEAK_FACTOR = 1.2;
const BUFFER_SECONDS = 1.5;

/** A source is passed through up to so many times the top rung's pixels and its usual bitrate. */
const FITTING_PIXELS = 1.25;
const FITTING_BITRATE = 1.5;
/** Seconds: 2 as asked of encoders, and what their clocks add. */
const FITTING_KEYFRAME_INTERVAL = 2.1;
/** Beside a passed-through source, a rung of more than this share of its pixels would be the same picture twice. */
const DISTINCT_PIXELS = 0.8;
/** H.264 profiles of 8 bits and 4:2:0, which browsers play: Baseline, Main, High (ITU-T H.264, annex A.2). */
const BROWSER_PROFILES = new Set(['42', '4d', '64']);

/** Seconds between the keyframes of rungs that cannot take the source's: the segment target. */
const GRID = { standard: 2, low: 1 } as const;

/** Answers the whole plan for one source with a picture. At least one thing is always offered. */
export function planLadder(settings: LadderSettings, { video, latency, shed }: LadderContext): PipelinePlan {
  const names = RUNG_NAMES.filter((name) => settings.ladder.includes(name));
  const passthrough = settings.passthrough === 'auto' && fits(video, SHORT_SIDES[names[0]!]);
  const rungs = names
    .map((name) => rung(name, SHORT_SIDES[name], video, settings.preset))
    .filter((candidate) => candidate !== null)
    .filter((candidate) => !passthrough || pixels(candidate) <= DISTINCT_PIXELS * pixels(video));
  if (rungs.length === 0 && !passthrough) rungs.push(ownRung(video, settings.preset));
  const renditions = rungs.slice(shed);
  // What is left when not even the lowest rung can be kept up with is the source, whatever it is.
  const offerSource = passthrough || renditions.length === 0;
  return { offerSource, renditions, keyframes: passthrough ? 'source' : { every: GRID[latency] } };
}

/** Whether the source can be the top rung as it is. What is not known is taken for fitting. */
function fits(video: LadderVideo, topShortSide: number): boolean {
  const top = { width: (topShortSide * 16) / 9, height: topShortSide };
  const { bitrate, keyframeInterval } = video;
  return (
    isPlayable(video) &&
    pixels(video) <= FITTING_PIXELS * pixels(top) &&
    (bitrate === null || bitrate <= FITTING_BITRATE * usualBitrate(top, video.frameRate)) &&
    (keyframeInterval === null || keyframeInterval <= FITTING_KEYFRAME_INTERVAL)
  );
}

function isPlayable({ codec, codecString }: LadderVideo): boolean {
  return codec === 'h264' && BROWSER_PROFILES.has(codecString.slice('avc1.'.length, 'avc1.64'.length).toLowerCase());
}

/** The source scaled to a short side; null where that would enlarge it. */
function rung(name: string, shortSide: number, video: LadderVideo, preset: string): EncodedRendition | null {
  const scale = shortSide / Math.min(video.width, video.height);
  if (scale > 1) return null;
  // Rounding to the nearest even number may not lead above a source of odd size.
  const side = (length: number) => Math.min(2 * Math.round((length * scale) / 2), evenBelow(length));
  return rendition(name, { width: side(video.width), height: side(video.height) }, video, preset);
}

/** For a source below the whole ladder that cannot be passed through: its own size, but for an odd line. */
function ownRung(video: LadderVideo, preset: string): EncodedRendition {
  const size = { width: evenBelow(video.width), height: evenBelow(video.height) };
  return rendition(`${Math.min(size.width, size.height)}p`, size, video, preset);
}

function evenBelow(length: number): number {
  return Math.max(2, 2 * Math.floor(length / 2));
}

function rendition(name: string, size: Size, video: LadderVideo, preset: string): EncodedRendition {
  const share = Math.min(1, Math.min(size.width, size.height) / Math.min(video.width, video.height));
  const usual = usualBitrate(size, video.frameRate);
  // A source of few bits has no detail that more would show; smaller rungs stay below larger ones.
  const wanted = video.bitrate === null ? usual : Math.min(usual, video.bitrate * share);
  const bitrate = Math.max(BITRATE_STEP, BITRATE_STEP * Math.floor(wanted / BITRATE_STEP));
  return {
    name,
    ...size,
    bitrate,
    maxBitrate: Math.round(bitrate * PEAK_FACTOR),
    bufferSize: Math.round(bitrate * BUFFER_SECONDS),
    preset,
    profile: 'high',
  };
}

interface Size {
  width: number;
  height: number;
}

function pixels({ width, height }: Size): number {
  return width * height;
}

function usualBitrate(size: Size, frameRate: number | null): number {
  const factor = frameRate !== null && frameRate >= HIGH_FRAME_RATE ? HIGH_FRAME_RATE_FACTOR : 1;
  return REFERENCE_BITRATE * (pixels(size) / REFERENCE_PIXELS) ** BITRATE_EXPONENT * factor;
}
