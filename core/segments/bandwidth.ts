/** BANDWIDTH and AVERAGE-BANDWIDTH, as they are measured on segments (RFC 8216bis, 4.4.6.2). */
import type { Rendition } from './ring.ts';

/** RFC 8216bis, 4.1: the peak is that of segments from half a target duration on; a shorter one at the end says nothing (seconds). */
const SHORTEST = 0.5;

/** Sets both of a rendition from its newest `most` finished segments; from the one that is open where there is no other yet. */
export function measureBandwidth(rendition: Rendition, most = Number.POSITIVE_INFINITY): void {
  const { segments } = rendition;
  let peak = 0;
  let bits = 0;
  let seconds = 0;
  for (let index = Math.max(0, segments.length - most); index < segments.length; index++) {
    const { size, duration, complete } = segments[index]!;
    if (duration === 0 || (!complete && bits > 0)) continue;
    bits += size * 8;
    seconds += duration;
    if (duration >= SHORTEST) peak = Math.max(peak, (size * 8) / duration);
  }
  if (seconds === 0) return;
  rendition.averageBandwidth = Math.ceil(bits / seconds);
  rendition.peakBandwidth = Math.max(Math.ceil(peak), rendition.averageBandwidth);
}
