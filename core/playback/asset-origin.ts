/** Answers `/vod/*`: playlists, media and pictures of assets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Storage } from '#plugin-api';
import type { Presentation } from '../segments/ring.ts';
import { assetAddresses } from './addresses.ts';
import type { Admission } from './admission.ts';
import { type AssetTarget, IMAGES, readAssetTarget } from './asset-target.ts';
import type { AssetFacts, DescribeAsset } from './assets.ts';
import { Channel, type ShapePlaylist } from './channel.ts';
import { Directory } from './directory.ts';
import { playbackAssetNotFound, playbackAssetNotReady, playbackNotFound } from './errors.ts';
import { sendMedia } from './media-file.ts';
import { findSegment } from './media-server.ts';
import { sendPicture } from './picture.ts';
import { ReadBack, type ReadPresentation } from './read-back.ts';
import { PLAYLIST_TYPE, sendBytes } from './replies.ts';
import { readQuery } from './target.ts';
import { ViewerGone } from './viewing.ts';

/** Seconds that playlists and pictures may be kept: an asset can be deleted or made protected, and be given other pictures. */
const LIFETIME = 60;

export interface AssetOriginOptions {
  describe: DescribeAsset;
  /** Reads an asset with all its segments. */
  read: ReadPresentation;
  storage: Storage;
  shape: ShapePlaylist;
  admission: Admission;
}

export interface Answered {
  kind: string;
  /** Of the body. */
  bytes: number;
}

/** One request on its way. */
interface AssetViewing {
  req: IncomingMessage;
  res: ServerResponse;
  target: AssetTarget;
  facts: AssetFacts;
  /** Verified; null where the asset needs none. */
  token: string | null;
}

export class AssetOrigin {
  readonly #options: AssetOriginOptions;
  readonly #directory: Directory<AssetFacts>;
  readonly #presentations: ReadBack;
  readonly #channels = new WeakMap<Presentation, Channel>();

  constructor(options: AssetOriginOptions) {
    this.#options = options;
    this.#directory = new Directory('ast', options.describe);
    this.#presentations = new ReadBack(options.read);
  }

  /** The asset was made ready, changed or deleted: the next request looks it up again. */
  forget(assetId: string): void {
    this.#directory.forget(assetId);
    this.#presentations.forget(assetId);
  }

  async answer(req: IncomingMessage, res: ServerResponse, url: string): Promise<Answered> {
    const target = readAssetTarget(url);
    if (target === null) throw playbackNotFound('No asset has such an address.');
    const known = this.#directory.get(target.assetId);
    const facts = known instanceof Promise ? await known : known;
    if (facts === null) throw playbackAssetNotFound('No asset has the id in this address.');
    const { asset } = facts;
    this.#options.admission.page(req, facts.allowedOrigins);
    const given = readQuery(url).token ?? target.token;
    const token = asset.visibility === 'protected' ? await this.#options.admission.token(asset.id, given) : null;
    const viewing = { req, res, target, facts, token };
    const kind = `vod_${target.kind}`;
    if (target.kind === 'image') {
      const { column, type } = IMAGES[target.image!];
      const picture = { key: facts.images[column], type, lifetime: LIFETIME, isPrivate: token !== null };
      return { kind, bytes: await sendPicture(req, res, picture, this.#options.storage) };
    }
    if (facts.status !== 'ready') throw playbackAssetNotReady(`The asset is ${facts.status}.`);
    return { kind, bytes: await this.#play(viewing) };
  }

  async #play(viewing: AssetViewing): Promise<number> {
    const { req, res, target, facts, token } = viewing;
    const presentation = await this.#presentations.get(target.assetId);
    if (presentation === null) throw playbackNotFound('The asset has nothing to play; it can be downloaded.');
    const channel = this.#channel(presentation, facts);
    if (target.kind === 'multivariant') {
      await this.#options.admission.authorize(req, { stream: facts.stream, asset: facts.asset });
      const template = await channel.multivariant();
      if (template === null) throw playbackNotFound('The asset offers nothing to play.');
      // Who may watch is asked each time.
      return sendPlaylist(viewing, template.text(token), 'no-cache');
    }
    const rendition = presentation.renditions.get(target.rendition);
    if (rendition === undefined) throw playbackNotFound('The asset has no such rendition.');
    if (target.kind === 'playlist') {
      const playlist = rendition.listed ? channel.playlist(rendition, { delta: false }) : null;
      if (playlist === null) throw playbackNotFound('This rendition is not offered.');
      return sendPlaylist(viewing, playlist, `max-age=${LIFETIME}`);
    }
    const how = { isPrivate: token !== null, storage: this.#options.storage };
    if (target.kind === 'init') {
      const init = rendition.inits.find(({ number }) => number === target.init);
      if (init === undefined) throw playbackNotFound('There is no such initialization section.');
      return sendMedia(req, res, channel.init(rendition, init), [init.bytes], how);
    }
    const segment = findSegment(rendition, target);
    if (segment === undefined || segment.storageKey === null) throw playbackNotFound('There is no such segment.');
    return sendMedia(req, res, channel.segment(rendition, segment), segment.storageKey, how);
  }

  #channel(presentation: Presentation, { asset, stream, sessionId, trim }: AssetFacts): Channel {
    let channel = this.#channels.get(presentation);
    if (channel === undefined) {
      const addresses = assetAddresses(asset.id);
      channel = new Channel(presentation, this.#options.shape, {
        context: { streamId: stream?.id ?? null, sessionId, assetId: asset.id },
        addresses: () => addresses,
        tags: trim === null ? [] : trimTags(trim),
      });
      this.#channels.set(presentation, channel);
    }
    return channel;
  }
}

/**
 * A clip is cut to the frame by the player: any player begins where `EXT-X-START` says, and ours also shows no more than
 * `livestreams.trim`, which is `<start> <end>` in seconds from the start of the playlists.
 */
function trimTags({ start, end }: { start: number; end: number }): string[] {
  return [
    `#EXT-X-START:TIME-OFFSET=${start.toFixed(3)},PRECISE=YES`,
    `#EXT-X-SESSION-DATA:DATA-ID="livestreams.trim",VALUE="${start.toFixed(3)} ${end.toFixed(3)}"`,
  ];
}

/** The playlist of what is protected is for no shared cache. */
function sendPlaylist({ res, token }: AssetViewing, playlist: string, lifetime: string): number {
  if (res.destroyed) throw new ViewerGone();
  return sendBytes(res, PLAYLIST_TYPE, `${token === null ? 'public' : 'private'}, ${lifetime}`, playlist);
}
