/** Keeps what is recovered of a segment the same in all renditions: a killed process had made more of it in one than in another. */
import type { Part, Segment } from './ring.ts';

/** Seconds: the longest part of any mode, and a little. Renditions whose encoder keeps up are no further apart. */
const PART = 0.6;
/** Seconds by which durations that are the same may differ, as the sums that they are. */
const SAME = 0.005;
/** Seconds by which sound may be longer than its picture: its frames do not end where the picture's do. */
const SOUND = 0.05;

/** One segment number's rendition. */
export interface Begun {
  rendition: string;
  kind: 'video' | 'audio';
  /** Whether viewers are offered it. */
  listed: boolean;
  segment: Segment;
}

/**
 * Of the renditions that have begun a segment, what may become of it: those that viewers are offered begin and end it together.
 * What is not offered is kept whole.
 * @param begun Of one sequence number, those that the ledger has not.
 * @param whole Seconds of the picture where the ledger has it of another rendition; else null.
 * @param someLack Whether a rendition that viewers are offered has nothing of it.
 */
export function keepInStep(begun: readonly Begun[], whole: number | null, someLack: boolean): Begun[] {
  const listed = begun.filter((one) => one.listed);
  const seconds = whole ?? commonSeconds(listed, someLack);
  return begun.flatMap((one) => {
    if (!one.listed) return [one];
    const segment = cut(one.segment, seconds + (one.kind === 'audio' ? SOUND : SAME));
    const fits = segment.parts!.length > 0 && (one.kind === 'audio' || segment.duration >= seconds - SAME);
    return fits ? [{ ...one, segment }] : [];
  });
}

/** How much of it is kept: what all pictures have, or where an encoder lags far behind what the longest has. */
function commonSeconds(listed: readonly Begun[], someLack: boolean): number {
  const pictures = listed.filter(({ kind }) => kind === 'video');
  const durations = (pictures.length > 0 ? pictures : listed).map(({ segment }) => segment.duration);
  const longest = Math.max(0, ...durations);
  const shortest = someLack ? 0 : Math.min(...durations);
  return longest - shortest <= PART ? shortest : longest;
}

function cut(segment: Segment, seconds: number): Segment {
  const parts: Part[] = [];
  let duration = 0;
  let size = 0;
  for (const part of segment.parts ?? []) {
    if (duration + part.duration > seconds) break;
    parts.push(part);
    duration += part.duration;
    size += part.bytes.length;
  }
  return { ...segment, parts, duration, size };
}
