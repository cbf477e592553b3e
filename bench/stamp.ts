/** The machine-readable clock in the picture: a row of black and white bars, read by latency-meter.js in the page. */

/** 32 bits of milliseconds since 1970, the highest first, and 8 that check them. */
const TIME_BITS = 32;
const CHECK_BITS = 8;
/** The band is this share of the picture's height: the lowest rung still has 16 lines of it. */
const BAND = 1 / 15;
/** Limits of luma in video (ITU-R BT.601, 2.5.3). */
const BLACK = 16;
const WHITE = 235;

/** Draws the time over the top of a picture's luma plane, `width` bytes a line. */
export function drawStamp(luma: Buffer, width: number, height: number, milliseconds: number): void {
  const time = milliseconds % 2 ** TIME_BITS;
  const bits = `${binary(time, TIME_BITS)}${binary(check(time), CHECK_BITS)}`;
  const bar = width / bits.length;
  for (const [at, bit] of [...bits].entries()) {
    luma.fill(bit === '1' ? WHITE : BLACK, Math.round(at * bar), Math.round((at + 1) * bar));
  }
  for (let line = 1; line < Math.round(height * BAND); line++) luma.copy(luma, line * width, 0, width);
}

/** All bytes of the time together, so that a bar misread is noticed; not zero where the picture is black. */
function check(time: number): number {
  return ((time >>> 24) ^ (time >>> 16) ^ (time >>> 8) ^ time ^ 0x5a) & 0xff;
}

function binary(value: number, bits: number): string {
  return value.toString(2).padStart(bits, '0');
}
