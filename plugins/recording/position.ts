/** What a file holds already, as its size tells: no note of it can be lost or be behind. */
import type { SessionSegment } from '#plugin-api';

type Piece = Pick<SessionSegment, 'size' | 'start' | 'duration'>;

export interface Position {
  /** How many of the file's first segments of each track are in it. */
  video: number;
  audio: number;
}

/**
 * Segments of each track were appended whole and in order, so their counts are the two whose sizes add up to the file's.
 * Where several do, it is those that end nearest to each other. Null where none do: then the ledger is not what it was.
 * @param size Of the file without its head.
 */
export function findPosition(size: number, video: readonly Piece[], audio: readonly Piece[]): Position | null {
  const counts = new Map<number, number>([[0, 0]]);
  let sum = 0;
  for (const [index, piece] of audio.entries()) {
    sum += piece.size;
    counts.set(sum, index + 1);
  }
  let found: (Position & { apart: number }) | null = null;
  let rest = size;
  for (let count = 0; rest >= 0; rest -= video[count]!.size, count++) {
    const other = counts.get(rest);
    if (other !== undefined) {
      const apart = Math.abs(endOf(video, count) - endOf(audio, other));
      if (found === null || apart < found.apart) found = { video: count, audio: other, apart };
    }
    if (count === video.length) break;
  }
  return found && { video: found.video, audio: found.audio };
}

/** Seconds: where the first `count` pieces end; where the track begins while there are none. */
function endOf(pieces: readonly Piece[], count: number): number {
  const last = pieces[count - 1];
  return last ? last.start + last.duration : (pieces[0]?.start ?? 0);
}
