/** Writes the media playlist of one rendition (RFC 8216bis), keeping the text of what no longer changes. */
import type { Part, Presentation, Rendition, Segment } from '../segments/ring.ts';

/** Target durations from the live edge within which parts are listed (RFC 8216bis, 4.4.4.9). */
const PARTS_LISTED = 3;
/** Target durations from the live edge that a delta update may not skip (RFC 8216bis, 4.4.3.8: at least six). */
const SKIP_BOUNDARY = 6;
/** Parts, or target durations, that a player stays behind the live edge (RFC 8216bis, 4.4.3.8: at least three). */
const HOLD_BACK = 3;

/** A finished segment whose parts are no longer listed: its lines stay as they are until it leaves the window. */
interface SettledSegment {
  sequence: number;
  text: string;
}

export interface MediaPlaylistRequest {
  /** `_HLS_skip=YES`: leave out what the client has. */
  delta: boolean;
}

/** How many segments stand in the playlist: all but a last one that has no part yet, or that will not be finished. */
export function listedCount(presentation: Presentation, rendition: Rendition): number {
  const last = rendition.segments.at(-1);
  if (last === undefined || last.complete) return rendition.segments.length;
  const listed = presentation.state !== 'ended' && last.parts !== null && last.parts.length > 0;
  return listed ? rendition.segments.length : rendition.segments.length - 1;
}

/** The newest segment in the playlist; null before there is one. */
export function lastListed(presentation: Presentation, rendition: Rendition): Segment | null {
  return rendition.segments[listedCount(presentation, rendition) - 1] ?? null;
}

/** Where the part that comes next will be, if the playlist can say so; it is what `PRELOAD-HINT` names. */
export function nextPart(
  presentation: Presentation,
  rendition: Rendition,
): { init: number; sequence: number; part: number } | null {
  const last = lastListed(presentation, rendition);
  if (last === null || presentation.state !== 'live') return null;
  const { init, sequence } = last;
  return last.complete ? { init, sequence: sequence + 1, part: 0 } : { init, sequence, part: last.parts?.length ?? 0 };
}

/** The media playlist of one rendition. Rendering is lazy: once a version and kind, and only what changed since. */
export class MediaPlaylist {
  readonly #presentation: Presentation;
  readonly #rendition: Rendition;
  /** The oldest listed segments, from the first on. */
  readonly #settled: SettledSegment[] = [];
  #settledText: string | null = null;
  #version = -1;
  #full: string | null = null;
  #delta: string | null = null;

  constructor(presentation: Presentation, rendition: Rendition) {
    this.#presentation = presentation;
    this.#rendition = rendition;
  }

  /** Whole seconds, as the playlist states it. */
  get #targetDuration(): number {
    return Math.ceil(this.#presentation.targetDuration);
  }

  /**
   * The playlist as of now, the same for all viewers: what it lists stands beside it, so a token in the path of its own address
   * is in theirs. Null before there is a segment to list.
   */
  render(request: MediaPlaylistRequest): string | null {
    const count = listedCount(this.#presentation, this.#rendition);
    if (count === 0) return null;
    if (this.#version !== this.#presentation.version) {
      this.#version = this.#presentation.version;
      this.#full = null;
      this.#delta = null;
      this.#settle(count);
    }
    if (request.delta) {
      const skipped = this.#skippable(count);
      if (skipped > 0) {
        this.#delta ??= this.#write(count, skipped);
        return this.#delta;
      }
    }
    this.#full ??= this.#write(count, 0);
    return this.#full;
  }

  /** Follows the window: forgets what left it, and keeps the lines of what is now too old to list parts of. */
  #settle(count: number): void {
    const { segments } = this.#rendition;
    const first = segments[0]!.sequence;
    let gone = 0;
    while (gone < this.#settled.length && this.#settled[gone]!.sequence < first) gone++;
    if (gone > 0) {
      this.#settled.splice(0, gone);
      // The new first segment has to state the initialization section that it inherited.
      if (this.#settled.length > 0) this.#settled[0]!.text = this.#segmentLines(segments[0]!, undefined, false);
      this.#settledText = null;
    }
    const settled = this.#presentation.state === 'ended' ? count : this.#olderThan(PARTS_LISTED, count);
    for (let at = this.#settled.length; at < settled; at++) {
      const segment = segments[at]!;
      this.#settled.push({
        sequence: segment.sequence,
        text: this.#segmentLines(segment, segments[at - 1], false),
      });
      this.#settledText = null;
    }
  }

  /** How many of the first `count` segments lie wholly further from the end than so many target durations. */
  #olderThan(targetDurations: number, count: number): number {
    const bound = targetDurations * this.#targetDuration;
    const { segments } = this.#rendition;
    let distance = 0;
    let at = count;
    while (at > 0 && distance < bound) distance += segments[--at]!.duration;
    return at;
  }

  #skippable(count: number): number {
    return this.#presentation.state === 'ended' ? 0 : this.#olderThan(SKIP_BOUNDARY, count);
  }

  #write(count: number, skipped: number): string {
    const { segments } = this.#rendition;
    const ended = this.#presentation.state === 'ended';
    let text = this.#header();
    if (skipped > 0) {
      text += `#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}\n`;
      for (let at = skipped; at < this.#settled.length; at++) text += this.#settled[at]!.text;
    } else {
      this.#settledText ??= this.#settled.map((segment) => segment.text).join('');
      text += this.#settledText;
    }
    for (let at = this.#settled.length; at < count; at++) {
      text += this.#segmentLines(segments[at]!, segments[at - 1], !ended);
    }
    return text + (ended ? '#EXT-X-ENDLIST\n' : this.#liveEdge());
  }

  #header(): string {
    const { segments, partTarget, discontinuitySequence } = this.#rendition;
    let text = `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:${this.#targetDuration}\n`;
    if (this.#presentation.state !== 'ended') {
      const partHoldBack = decimal(HOLD_BACK * longestPart(this.#presentation));
      text +=
        `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${partHoldBack},` +
        `HOLD-BACK=${HOLD_BACK * this.#targetDuration},CAN-SKIP-UNTIL=${SKIP_BOUNDARY * this.#targetDuration}\n` +
        `#EXT-X-PART-INF:PART-TARGET=${decimal(partTarget)}\n`;
    }
    return (
      `${text}#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA-SEQUENCE:${segments[0]!.sequence}\n` +
      `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}\n`
    );
  }

  #segmentLines(segment: Segment, previous: Segment | undefined, withParts: boolean): string {
    let text = segment.discontinuity ? '#EXT-X-DISCONTINUITY\n' : '';
    if (previous === undefined || previous.init !== segment.init) {
      text += `#EXT-X-MAP:URI="init-${segment.init}.mp4"\n`;
    }
    if (!Number.isNaN(segment.programDateTime)) {
      text += `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programDateTime).toISOString()}\n`;
    }
    if (withParts && segment.parts !== null) {
      for (const [number, part] of segment.parts.entries()) text += partLine(segment, number, part);
    }
    if (!segment.complete) return text;
    return `${text}#EXTINF:${segment.duration.toFixed(5)},\n${segmentName(segment)}.m4s\n`;
  }

  /** What comes next, and how far the other renditions are, so that a client can switch without a poll. */
  #liveEdge(): string {
    const next = nextPart(this.#presentation, this.#rendition);
    let text = '';
    if (next !== null) {
      text += `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${next.init}-${next.sequence}.${next.part}.m4s"\n`;
    }
    for (const other of this.#presentation.renditions.values()) {
      if (other === this.#rendition || !other.listed) continue;
      const last = lastListed(this.#presentation, other);
      if (last === null) continue;
      const lastPart = last.parts === null ? '' : `,LAST-PART=${last.parts.length - 1}`;
      text += `#EXT-X-RENDITION-REPORT:URI="../${other.name}/index.m3u8",` + `LAST-MSN=${last.sequence}${lastPart}\n`;
    }
    return text;
  }
}

/**
 * The number of the initialization section is part of the name: after a restart a sequence number can be used again for other bytes, with
 * a new section, and what was cached under the old name must not be taken for them.
 */
function segmentName({ init, sequence }: Segment): string {
  return `${init}-${sequence}`;
}

function partLine(segment: Segment, number: number, part: Part): string {
  const independent = part.independent ? ',INDEPENDENT=YES' : '';
  return `#EXT-X-PART:DURATION=${part.duration.toFixed(5)}${independent},URI="${segmentName(segment)}.${number}.m4s"\n`;
}

/** Seconds; of all renditions, since the hold-back holds for audio and video alike (RFC 8216bis, 4.4.3.8). */
function longestPart(presentation: Presentation): number {
  let longest = 0;
  for (const rendition of presentation.renditions.values()) {
    if (rendition.listed && rendition.partTarget > longest) longest = rendition.partTarget;
  }
  return longest;
}

/** Seconds, rounded up, so that nothing that is held to it exceeds it by rounding. */
function decimal(seconds: number): string {
  return String(Math.ceil(seconds * 1e5 - 1e-6) / 1e5);
}
