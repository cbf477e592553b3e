/** Blocking reload: what `_HLS_msn` and `_HLS_part` ask for, and whether it is there (RFC 8216bis, 6.2.5.2). */
import type { Presentation, Rendition } from '../segments/ring.ts';
import { playbackReloadInvalid } from './errors.ts';
import { lastListed } from './media-playlist.ts';
import type { Query } from './target.ts';

/** Delivery directives of a playlist request. */
export interface Directives {
  sequence: number;
  /** Null: the whole segment is waited for. */
  part: number | null;
}

/** The directives of a request; null where it has none. Throws `LS_PLAYBACK_RELOAD_INVALID` for what is no directive. */
export function readDirectives({ sequence, part }: Query): Directives | null {
  if (sequence === null && part === null) return null;
  if (sequence === null || Number.isNaN(sequence) || Number.isNaN(part)) {
    throw playbackReloadInvalid('_HLS_msn and _HLS_part take decimal integers, and _HLS_part needs _HLS_msn.');
  }
  return { sequence, part };
}

/**
 * Whether the directives ask for something that can come soon (RFC 8216bis, 6.2.5.2): at most two segments ahead, and parts
 * at most three seconds ahead. Before the first segment everything can.
 */
export function isReachable(presentation: Presentation, rendition: Rendition, wanted: Directives): boolean {
  const last = lastListed(presentation, rendition);
  if (last === null) return true;
  if (wanted.sequence > last.sequence + 2) return false;
  if (wanted.part === null || wanted.sequence < last.sequence) return true;
  const parts = wanted.sequence === last.sequence ? (last.parts?.length ?? 0) : 0;
  const ahead = rendition.partTarget < 1 ? Math.ceil(3 / rendition.partTarget) : 3;
  return wanted.part < parts + ahead;
}

/** Whether the playlist already has what the directives wait for, or never will have more. */
export function isThere(presentation: Presentation, rendition: Rendition, wanted: Directives): boolean {
  if (presentation.state === 'ended') return true;
  const last = lastListed(presentation, rendition);
  if (last === null || last.sequence < wanted.sequence) return false;
  if (last.sequence > wanted.sequence) return true;
  if (wanted.part === null || last.parts === null) return last.complete;
  // A part past the end of a finished segment is the first of the next one.
  return last.parts.length > wanted.part;
}
