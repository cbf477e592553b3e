/** Finds the session and the rendition that a request is for. */
import type { Presentation, Rendition } from '../segments/ring.ts';
import { Channel, type ShapePlaylist } from './channel.ts';
import { notYet, playbackNotFound, playbackOffline } from './errors.ts';
import type { Presentations } from './presentations.ts';
import type { Viewing } from './viewing.ts';

export interface Found {
  channel: Channel;
  rendition: Rendition;
}

export class Channels {
  readonly #presentations: Presentations;
  readonly #shape: ShapePlaylist;
  readonly #channels = new WeakMap<Presentation, Channel>();

  constructor(presentations: Presentations, shape: ShapePlaylist) {
    this.#presentations = presentations;
    this.#shape = shape;
  }

  /** What the stream plays now: its open session, else the whole of its last one. */
  async newest({ facts: { stream, session } }: Viewing): Promise<Channel> {
    const live = this.#presentations.live(stream.id);
    if (live !== null) return this.#of(live);
    if (session === null) throw playbackOffline('It was never live.');
    if (session.state !== 'ended') throw notYet('Its session is being taken up.');
    const recorded = await this.#presentations.recorded(stream.id, session.id);
    if (recorded === null) throw playbackOffline('Nothing was kept of its last session.');
    return this.#of(recorded);
  }

  /** The rendition as it is followed live. */
  async followed(viewing: Viewing): Promise<Found> {
    const { streamId, sessionId } = viewing.target;
    const found = this.#presentations.session(streamId, sessionId);
    return this.#rendition(viewing, found instanceof Promise ? await found : found);
  }

  /** The rendition from the first segment to the last of an ended session. */
  async recorded(viewing: Viewing): Promise<Found> {
    const { streamId, sessionId } = viewing.target;
    return this.#rendition(viewing, await this.#presentations.recorded(streamId, sessionId));
  }

  #rendition({ target, facts }: Viewing, presentation: Presentation | null): Found {
    if (presentation === null) {
      // hls.js gives up at a 404: one whose session a restarted server has yet to take up must come again instead.
      if (facts.session?.id === target.sessionId && facts.session.state !== 'ended') {
        throw notYet('Its session is being taken up.');
      }
      throw playbackNotFound('There is no such session of the stream.');
    }
    const rendition = presentation.renditions.get(target.rendition);
    if (rendition === undefined) throw playbackNotFound('The session has no such rendition.');
    return { channel: this.#of(presentation), rendition };
  }

  #of(presentation: Presentation): Channel {
    let channel = this.#channels.get(presentation);
    if (channel === undefined) {
      channel = new Channel(presentation, this.#shape);
      this.#channels.set(presentation, channel);
    }
    return channel;
  }
}
