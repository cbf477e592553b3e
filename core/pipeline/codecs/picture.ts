/** What a picture can be: bounds on what a bitstream claims. */
import { CodecConfigError } from './bit-reader.ts';

const MAX_DIMENSION = 16_384;

/** @throws {CodecConfigError} where a picture cannot have this size. */
export function assertDimensions(width: number, height: number): void {
  if (width < 1 || height < 1 || width > MAX_DIMENSION || height > MAX_DIMENSION) {
    throw new CodecConfigError(`a picture of ${width} by ${height} pixels cannot be`);
  }
}

/** Frames per second, or null where the two numbers make no rate that video has. */
export function plausibleFrameRate(frames: number, seconds: number): number | null {
  const rate = frames / seconds;
  return rate >= 1 && rate <= 300 ? rate : null;
}
