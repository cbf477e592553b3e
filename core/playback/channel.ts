/** One session or asset as the origin serves it: its playlists, rendered once a version, and its media with their headers made once. */
import type { PlaylistContext, PlaylistPlan } from '#plugin-api';
import type { Init, Part, Presentation, Rendition, Segment } from '../segments/ring.ts';
import { type Addresses, sessionAddresses } from './addresses.ts';
import { MediaFile } from './media-file.ts';
import { MediaPlaylist } from './media-playlist.ts';
import { planPlaylist, writeMultivariant } from './multivariant-playlist.ts';
import type { PlaylistTemplate } from './template.ts';

/** Lets plugins shape the multivariant playlist. */
export type ShapePlaylist = (plan: PlaylistPlan, context: PlaylistContext) => Promise<PlaylistPlan>;

/** What is played, beside its presentation. */
export interface ChannelSubject {
  context: PlaylistContext;
  addresses(): Addresses;
  /** Lines of the multivariant playlist, before those of plugins. */
  tags: readonly string[];
}

export class Channel {
  readonly presentation: Presentation;
  readonly #shape: ShapePlaylist;
  readonly #subject: ChannelSubject;
  readonly #playlists = new WeakMap<Rendition, MediaPlaylist>();
  readonly #files = new WeakMap<Init | Segment | Part, MediaFile>();
  #multivariant: { version: number; template: Promise<PlaylistTemplate | null> } | null = null;

  /** @param subject A session's where not stated. */
  constructor(presentation: Presentation, shape: ShapePlaylist, subject?: ChannelSubject) {
    const { streamId, sessionId } = presentation;
    this.presentation = presentation;
    this.#shape = shape;
    this.#subject = subject ?? {
      context: { streamId, sessionId, assetId: null },
      // They change when the session ends.
      addresses: () => sessionAddresses(presentation),
      tags: [],
    };
  }

  /** The multivariant playlist; null while there is nothing to play. */
  multivariant(): Promise<PlaylistTemplate | null> {
    const { version } = this.presentation;
    if (this.#multivariant?.version !== version) {
      const template = this.#writeMultivariant();
      this.#multivariant = { version, template };
    }
    return this.#multivariant!.template;
  }

  /** The media playlist; null while it would list nothing. */
  playlist(rendition: Rendition, request: { delta: boolean }): string | null {
    let playlist = this.#playlists.get(rendition);
    if (playlist === undefined) {
      playlist = new MediaPlaylist(this.presentation, rendition);
      this.#playlists.set(rendition, playlist);
    }
    return playlist.render(request);
  }

  init(rendition: Rendition, init: Init): MediaFile {
    return this.#file(init, rendition, `i${init.number}`, init.bytes.length);
  }

  segment(rendition: Rendition, segment: Segment): MediaFile {
    return this.#file(segment, rendition, String(segment.sequence), segment.size);
  }

  part(rendition: Rendition, segment: Segment, number: number, part: Part): MediaFile {
    return this.#file(part, rendition, `${segment.sequence}.${number}`, part.bytes.length);
  }

  #file(key: Init | Segment | Part, rendition: Rendition, name: string, size: number): MediaFile {
    let file = this.#files.get(key);
    if (file === undefined) {
      file = new MediaFile(rendition.kind, name, size);
      this.#files.set(key, file);
    }
    return file;
  }

  async #writeMultivariant(): Promise<PlaylistTemplate | null> {
    const { context, tags } = this.#subject;
    const addresses = this.#subject.addresses();
    const plan = planPlaylist(this.presentation, addresses);
    if (plan === null) return null;
    plan.tags.push(...tags);
    return writeMultivariant(this.presentation, await this.#shape(plan, context), addresses);
  }
}
