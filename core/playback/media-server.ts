/** Answers requests for media: finds the bytes, or waits for the part that comes next. */
import type { Storage } from '#plugin-api';
import type { Rendition, Segment } from '../segments/ring.ts';
import type { Channels, Found } from './channels.ts';
import { playbackNotFound } from './errors.ts';
import { MediaFile, type MediaSource, sendMedia } from './media-file.ts';
import { nextPart } from './media-playlist.ts';
import type { Target } from './target.ts';
import type { Viewing } from './viewing.ts';
import type { WaitingRoom } from './waiting.ts';

interface Located {
  file: MediaFile;
  source: MediaSource;
}

export class MediaServer {
  readonly #channels: Channels;
  readonly #waiting: WaitingRoom;
  readonly #storage: Storage;

  constructor(channels: Channels, waiting: WaitingRoom, storage: Storage) {
    this.#channels = channels;
    this.#waiting = waiting;
    this.#storage = storage;
  }

  /** Answers an initialization section, a segment or a part. */
  async serve(viewing: Viewing): Promise<number> {
    const { req, res, target, token } = viewing;
    const found = await this.#channels.followed(viewing);
    let located = await this.#locate(viewing, found);
    if (located === null && found.channel.presentation.state === 'ended') {
      // The window that is still in memory has only the newest of what the whole session's playlist lists.
      located = await this.#locate(viewing, await this.#channels.recorded(viewing));
    }
    if (located === null) throw playbackNotFound(`There is no such ${target.kind}, or no longer.`);
    return sendMedia(req, res, located.file, located.source, { isPrivate: token !== null, storage: this.#storage });
  }

  async #locate(viewing: Viewing, found: Found): Promise<Located | null> {
    const { target } = viewing;
    const { channel, rendition } = found;
    switch (target.kind) {
      case 'init': {
        const init = rendition.inits.find((each) => each.number === target.init);
        return init === undefined ? null : { file: channel.init(rendition, init), source: [init.bytes] };
      }
      case 'part': {
        await this.#awaitHinted(viewing, found);
        const segment = findSegment(rendition, target);
        const part = segment?.parts?.[target.part];
        if (segment === undefined || part === undefined) return null;
        return { file: channel.part(rendition, segment, target.part, part), source: [part.bytes] };
      }
      default:
        return this.#locateSegment(target, found);
    }
  }

  async #locateSegment(target: Target, { channel, rendition }: Found): Promise<Located | null> {
    const segment = findSegment(rendition, target);
    if (segment !== undefined) {
      const source = segment.parts?.map((part) => part.bytes) ?? segment.storageKey;
      return segment.complete && source !== null ? { file: channel.segment(rendition, segment), source } : null;
    }
    // A viewer that was late may still ask for what has just left the window (RFC 8216bis, 6.2.2).
    const key = rendition.departed?.get(target.sequence);
    if (key === undefined) return null;
    const stored = await this.#storage.stat(key);
    return stored && { file: new MediaFile(rendition.kind, String(target.sequence), stored.size), source: key };
  }

  /** Holds a request for the part that `PRELOAD-HINT` names until it is there, or is known never to come. */
  async #awaitHinted({ res, target }: Viewing, { channel: { presentation }, rendition }: Found): Promise<void> {
    const next = nextPart(presentation, rendition);
    if (next?.sequence !== target.sequence || next.part !== target.part) return;
    const isDecided = (): boolean => {
      const now = nextPart(presentation, rendition);
      return now === null ? presentation.state === 'ended' : now.sequence !== next.sequence || now.part !== next.part;
    };
    await this.#waiting.wait(presentation, res, 3_000 * Math.ceil(presentation.targetDuration), isDecided);
  }
}

/** Numbers follow each other; only where some are missing is the segment not where its number says. */
export function findSegment(
  rendition: Rendition,
  { init, sequence }: Pick<Target, 'init' | 'sequence'>,
): Segment | undefined {
  const first = rendition.segments[0];
  if (first === undefined) return undefined;
  const guess = rendition.segments[sequence - first.sequence];
  const segment =
    guess?.sequence === sequence ? guess : rendition.segments.find((other) => other.sequence === sequence);
  return segment?.init === init ? segment : undefined;
}
