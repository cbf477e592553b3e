/** Enhanced RTMP for tests: what ffmpeg 5 cannot send, HEVC and AV1, as FLV for our own publish client. */
import { flvHeader, writeFlvTag } from '../../core/pipeline/flv.ts';
import type { Track } from './track.ts';

const FLV_VIDEO = 9;
const FOURCC = { h264: 'avc1', hevc: 'hvc1', av1: 'av01' } as const;
/** Enhanced RTMP, ExVideoTagHeader: packet types, and frame types in the bits above the flag. */
const SEQUENCE_START = 0;
const CODED_FRAMES = 1;
const KEYFRAME = 1;
const INTER = 2;

/** The track as one FLV, configuration first. Only HEVC (and H.264) frames carry a composition time. */
export async function* enhancedFlv({ config, frames }: Track, until: AbortSignal): AsyncGenerator<Buffer> {
  yield flvHeader({ video: true, audio: false });
  yield tag(0, header(KEYFRAME, SEQUENCE_START, config.codec), config.description);
  for (const { dts, cts, keyframe, data } of frames) {
    const head = header(keyframe ? KEYFRAME : INTER, CODED_FRAMES, config.codec);
    const composition = Buffer.alloc(config.codec === 'av1' ? 0 : 3);
    if (composition.length > 0) composition.writeIntBE(cts, 0, 3);
    yield tag(dts, head, composition, data);
  }
  // The publisher stays until it is told to go.
  if (!until.aborted) await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
}

function header(frameType: number, packetType: number, codec: keyof typeof FOURCC): Buffer {
  return Buffer.from([0x80 | (frameType << 4) | packetType, ...Buffer.from(FOURCC[codec], 'latin1')]);
}

function tag(timestamp: number, ...parts: Buffer[]): Buffer {
  return Buffer.concat(writeFlvTag({ type: FLV_VIDEO, timestamp, data: Buffer.concat(parts) }));
}
