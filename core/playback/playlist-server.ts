/** Answers requests for playlists, each as soon as it has what is asked for. */
import type { Channels, Found } from './channels.ts';
import { type Directives, isReachable, isThere, readDirectives } from './directives.ts';
import { notYet, playbackNotFound, playbackReloadInvalid } from './errors.ts';
import { lastListed } from './media-playlist.ts';
import { isComplete } from './multivariant-playlist.ts';
import { PLAYLIST_TYPE, sendBytes } from './replies.ts';
import { ViewerGone, type Viewing } from './viewing.ts';
import type { WaitingRoom } from './waiting.ts';

/** Milliseconds that a viewer of a starting stream waits: longer than any encoder needs for a first part. */
const START_WAIT = 3_000;
/** Seconds that the playlist of an ended session may be kept; its session can still be deleted. */
const ENDED_LIFETIME = 60;

export class PlaylistServer {
  readonly #channels: Channels;
  readonly #waiting: WaitingRoom;

  constructor(channels: Channels, waiting: WaitingRoom) {
    this.#channels = channels;
    this.#waiting = waiting;
  }

  /** Waits for all offered renditions, since players read it only once; after that takes those that are there. */
  async multivariant(viewing: Viewing): Promise<number> {
    const channel = await this.#channels.newest(viewing);
    const { presentation } = channel;
    await this.#waiting.wait(presentation, viewing.res, START_WAIT, () => isComplete(presentation));
    const template = await channel.multivariant();
    if (template === null) throw notYet('No part of its picture is there yet.');
    return send(viewing, template.text(viewing.token), 'no-cache');
  }

  /** A rendition as it is followed: the window of a session in memory, with delivery directives. */
  async playlist(viewing: Viewing): Promise<number> {
    const found = await this.#channels.followed(viewing);
    if (!found.rendition.listed) throw playbackNotFound('The rendition is no longer offered.');
    const directives = readDirectives(viewing.query);
    const lifetime =
      directives === null ? await this.#first(viewing, found) : await this.#next(viewing, found, directives);
    const playlist = found.channel.playlist(found.rendition, { delta: viewing.query.skip });
    if (playlist === null) throw notYet('The rendition has no segment yet.');
    return send(viewing, playlist, lifetime);
  }

  /** A rendition of an ended session, from its first segment to its last. */
  async recording(viewing: Viewing): Promise<number> {
    const { channel, rendition } = await this.#channels.recorded(viewing);
    const playlist = rendition.listed ? channel.playlist(rendition, { delta: false }) : null;
    if (playlist === null) throw playbackNotFound('Nothing was kept of this rendition.');
    return send(viewing, playlist, `max-age=${ENDED_LIFETIME}`);
  }

  /** Waits until there is a segment to list. Answers how long the playlist may be kept (RFC 8216bis, B.1). */
  async #first(viewing: Viewing, { channel: { presentation }, rendition }: Found): Promise<string> {
    const isReady = () => lastListed(presentation, rendition) !== null;
    await this.#waiting.wait(presentation, viewing.res, START_WAIT, isReady);
    if (presentation.state === 'ended') return `max-age=${ENDED_LIFETIME}`;
    const half = Math.floor(presentation.targetDuration / 2);
    return half === 0 ? 'no-cache' : `max-age=0, s-maxage=${half}`;
  }

  /** Waits until what the directives name is listed; after three target durations the playlist is answered as it is. */
  async #next(viewing: Viewing, { channel, rendition }: Found, directives: Directives): Promise<string> {
    const { presentation } = channel;
    if (!isReachable(presentation, rendition, directives)) {
      throw playbackReloadInvalid(`Segment ${directives.sequence} is too far ahead.`);
    }
    const target = Math.ceil(presentation.targetDuration);
    const isReady = () => isThere(presentation, rendition, directives);
    const outcome = await this.#waiting.wait(presentation, viewing.res, 3_000 * target, isReady);
    if (presentation.state === 'ended') return `max-age=${ENDED_LIFETIME}`;
    // What was waited for has an address of its own; what did not come in time may be there at the next request.
    return outcome === 'ready' ? `max-age=${6 * target}` : 'no-cache';
  }
}

/** The playlist of a protected stream is for no shared cache. */
function send({ res, token }: Viewing, playlist: string, lifetime: string): number {
  if (res.destroyed) throw new ViewerGone();
  return sendBytes(res, PLAYLIST_TYPE, token === null ? `public, ${lifetime}` : `private, ${lifetime}`, playlist);
}
