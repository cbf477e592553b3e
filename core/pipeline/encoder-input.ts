/** What an encoder is fed: a video track as ffmpeg 5.1 can read it from a pipe. */
import type { LiveInput } from './command.ts';
import { FLV_VIDEO, flvHeader, writeFlvTag } from './flv.ts';
import { fragment, initSegment } from './mp4.ts';
import { type Frame, VIDEO_TIMESCALE, type VideoConfig } from './track.ts';

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
/** FLV's clock has 32 bits: a session that is older than 24 days is fed as MP4, so that none of its processes sees the clock turn over. */
const FLV_LAST_START = 2 ** 31;

/** FLV, Adobe specification 10.1, E.4.3.1: AVC, a keyframe or not; sequence header or pictures. */
const AVC_KEYFRAME = 0x17;
const AVC_INTERFRAME = 0x27;
const AVC_SEQUENCE_HEADER = 0;
const AVC_PICTURES = 1;

/** Turns frames into the bytes of one input, from a keyframe on. */
export interface EncoderInput {
  readonly format: LiveInput['format'];
  /** What stands before the first frame. */
  header: Buffer[];
  frame(frame: Frame): Buffer[];
}

/** FLV for H.264, as it leaves ffmpeg soonest; fragmented MP4 for what ffmpeg 5.1 does not know in FLV (HEVC, AV1). */
export function encoderInput(config: VideoConfig, first: Frame): EncoderInput {
  return config.codec === 'h264' && first.dts < FLV_LAST_START ? flvInput(config, first) : mp4Input(config);
}

function flvInput(config: VideoConfig, first: Frame): EncoderInput {
  const tag = (timestamp: number, frameType: number, packetType: number, cts: number, data: Buffer) => {
    const body = Buffer.allocUnsafe(5 + data.length);
    body[0] = frameType;
    body[1] = packetType;
    body.writeIntBE(cts, 2, 3);
    data.copy(body, 5);
    return writeFlvTag({ type: FLV_VIDEO, timestamp, data: body });
  };
  return {
    format: 'flv',
    // Stamped with the first frame's time: a header at 0 before a frame at an hour would be a jump.
    header: [
      flvHeader({ video: true, audio: false }),
      ...tag(first.dts, AVC_KEYFRAME, AVC_SEQUENCE_HEADER, 0, config.description),
    ],
    frame: ({ dts, cts, keyframe, data }) =>
      tag(dts, keyframe ? AVC_KEYFRAME : AVC_INTERFRAME, AVC_PICTURES, cts, data),
  };
}

function mp4Input(config: VideoConfig): EncoderInput {
  let sequence = 0;
  // The last frame's duration is not known yet and not used: each fragment says its own time.
  const duration = Math.round(VIDEO_TIMESCALE / (config.frameRate ?? 30));
  return {
    format: 'mp4',
    header: [initSegment(config)],
    frame: ({ dts, cts, keyframe, data }) => {
      // ffmpeg misreads negative composition offsets here: such a frame is decoded when it is shown.
      const decode = Math.max(0, dts + Math.min(0, cts));
      const sample = { dts: decode * TICKS_PER_MS, cts: (dts + cts - decode) * TICKS_PER_MS, duration, keyframe, data };
      return [fragment(++sequence, 'video', [sample])];
    },
  };
}
