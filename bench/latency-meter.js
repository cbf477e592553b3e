/** Runs in the viewer's page: reads out of each frame shown when it was made (stamp.ts draws it), and counts stalls. */

/**
 * Starts to measure a video element that plays. The answer is filled as frames are shown:
 * `latencies` in milliseconds from making to display, `unreadable` frames, and `stalls`.
 */
// biome-ignore lint/correctness/noUnusedVariables: called by the code that puts this file into the page.
function meterLatency(video) {
  const meter = { latencies: [], unreadable: 0, stalls: 0 };
  const width = 640;
  const canvas = new OffscreenCanvas(width, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });

  /** Milliseconds, the lower 32 bits of them; null where the bars do not check. */
  function readStamp() {
    // The middle of a band as high as a 15th of the picture.
    context.drawImage(video, 0, Math.floor(video.videoHeight / 30), video.videoWidth, 1, 0, 0, width, 1);
    const pixels = context.getImageData(0, 0, width, 1).data;
    const bytes = [0, 0, 0, 0, 0];
    for (let bit = 0; bit < 40; bit++) {
      const middle = Math.floor(((bit + 0.5) * width) / 40);
      bytes[bit >> 3] = (bytes[bit >> 3] << 1) | (pixels[middle * 4] > 127 ? 1 : 0);
    }
    const [a, b, c, d, check] = bytes;
    return (a ^ b ^ c ^ d ^ 0x5a) === check ? ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 : null;
  }

  function shown(_now, frame) {
    // By the wall clock of now: that of the page's start drifts from it within minutes.
    const at = Date.now() + frame.expectedDisplayTime - performance.now();
    const made = readStamp();
    if (made === null) meter.unreadable++;
    else meter.latencies.push(((Math.round(at) >>> 0) - made) | 0);
    video.requestVideoFrameCallback(shown);
  }

  video.requestVideoFrameCallback(shown);
  video.addEventListener('waiting', () => {
    if (!video.seeking) meter.stalls++;
  });
  return meter;
}
