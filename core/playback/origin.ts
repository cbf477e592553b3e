/** Answers `/live/*` and `/vod/*` before Koa: admits the viewer, then serves playlists, media and a stream's status. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AuthorizeContext, LivestreamsError, type Logger, type Storage } from '#plugin-api';
import { ownOrigin } from '../http/own-origin.ts';
import { Admission } from './admission.ts';
import { AssetOrigin } from './asset-origin.ts';
import { VOD_PREFIX } from './asset-target.ts';
import type { DescribeAsset } from './assets.ts';
import type { ShapePlaylist } from './channel.ts';
import { Channels } from './channels.ts';
import { type DescribeStream, Directory, type StreamFacts } from './directory.ts';
import { playbackFailed, playbackMethodNotAllowed, playbackNotFound, playbackStreamNotFound } from './errors.ts';
import { MediaServer } from './media-server.ts';
import { sendPicture } from './picture.ts';
import { PlaylistServer } from './playlist-server.ts';
import type { Presentations } from './presentations.ts';
import type { ReadPresentation } from './read-back.ts';
import { type OriginMetrics, sendBytes, sendPreflight, sendProblem } from './replies.ts';
import { streamStatus } from './status.ts';
import { LIVE_PREFIX, readQuery, readTarget, withoutToken } from './target.ts';
import type { PlaybackTokens } from './tokens.ts';
import { ViewerGone, type Viewing } from './viewing.ts';
import { WaitingRoom } from './waiting.ts';

/** Seconds that the picture of what is live may be kept: half of the time after which there is another. */
const THUMBNAIL_LIFETIME = 5;

export interface OriginOptions {
  presentations: Presentations;
  describe: DescribeStream;
  assets: { describe: DescribeAsset; read: ReadPresentation };
  storage: Storage;
  tokens: PlaybackTokens;
  /** Core's hooks: `authorize` is asked at each multivariant playlist, `playlist` once for each version of it. */
  hooks: {
    authorize(context: AuthorizeContext): Promise<{ refuse: string } | undefined>;
    playlist: ShapePlaylist;
  };
  /** The viewer's address, from the connection's and its `X-Forwarded-For`. */
  clientAddress(peer: string, forwardedFor: string | undefined): string;
  /** Whose pages may show whatever stream. */
  publicUrl: string;
  metrics: OriginMetrics;
  log: Logger;
}

export interface Origin {
  /** Takes the request, and answers it sooner or later, if its path begins with `/live/` or `/vod/`; else answers false. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  /** The stream or its session was changed: the next request looks it up again. */
  forget(streamId: string): void;
  /** As `forget`, for an asset that was made, changed or deleted. */
  forgetAsset(assetId: string): void;
  /** Answers all who wait with what there is. */
  stop(): void;
}

export function createOrigin(options: OriginOptions): Origin {
  return new LiveOrigin(options);
}

class LiveOrigin implements Origin {
  readonly #options: OriginOptions;
  readonly #directory: Directory<StreamFacts>;
  readonly #admission: Admission;
  readonly #assets: AssetOrigin;
  readonly #waiting: WaitingRoom;
  readonly #playlists: PlaylistServer;
  readonly #media: MediaServer;

  constructor(options: OriginOptions) {
    const { storage, tokens, hooks, clientAddress, assets } = options;
    const isOwn = ownOrigin(options.publicUrl);
    const shape: ShapePlaylist = (plan, context) => hooks.playlist(plan, context);
    const channels = new Channels(options.presentations, shape);
    this.#options = options;
    this.#directory = new Directory('str', options.describe);
    this.#admission = new Admission({ tokens, isOwn, clientAddress, authorize: (context) => hooks.authorize(context) });
    this.#assets = new AssetOrigin({ ...assets, storage, shape, admission: this.#admission });
    this.#waiting = new WaitingRoom((change) => options.metrics.waiting(change));
    this.#playlists = new PlaylistServer(channels, this.#waiting);
    this.#media = new MediaServer(channels, this.#waiting, storage);
  }

  handle(req: IncomingMessage, res: ServerResponse): boolean {
    const url = req.url ?? '';
    if (!url.startsWith(LIVE_PREFIX) && !url.startsWith(VOD_PREFIX)) return false;
    this.#answer(req, res, url).catch((error: unknown) => this.#fail(url, res, error));
    return true;
  }

  forget(streamId: string): void {
    this.#directory.forget(streamId);
  }

  forgetAsset(assetId: string): void {
    this.#assets.forget(assetId);
  }

  stop(): void {
    this.#waiting.stop();
  }

  async #answer(req: IncomingMessage, res: ServerResponse, url: string): Promise<void> {
    if (req.method === 'OPTIONS') return sendPreflight(res);
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      throw playbackMethodNotAllowed(`${req.method} is not possible here.`);
    }
    if (url.startsWith(VOD_PREFIX)) {
      const answered = await this.#assets.answer(req, res, url);
      this.#options.metrics.answered(answered.kind, answered.bytes);
      return;
    }
    const target = readTarget(url);
    if (target === null) throw playbackNotFound('No stream has such an address.');
    const known = this.#directory.get(target.streamId);
    const facts = known instanceof Promise ? await known : known;
    if (facts === null) throw playbackStreamNotFound('No stream has the id in this address.');
    this.#admission.page(req, facts.allowedOrigins);
    const query = readQuery(url);
    // A player that puts a newer token behind the `?` goes on with it where the playlist's own has expired.
    const given = query.token ?? target.token;
    const token = facts.stream.visibility === 'protected' ? await this.#admission.token(facts.stream.id, given) : null;
    const bytes = await this.#serve({ req, res, target, query, facts, token });
    this.#options.metrics.answered(target.kind, bytes);
  }

  async #serve(viewing: Viewing): Promise<number> {
    const { res, target, facts } = viewing;
    switch (target.kind) {
      case 'multivariant':
        await this.#admission.authorize(viewing.req, { stream: facts.stream });
        return this.#playlists.multivariant(viewing);
      case 'playlist':
        return this.#playlists.playlist(viewing);
      case 'vod':
        return this.#playlists.recording(viewing);
      case 'status': {
        const status = streamStatus(facts, this.#options.presentations.live(target.streamId));
        return sendBytes(res, 'application/json', 'no-cache', Buffer.from(JSON.stringify(status)).toString('latin1'));
      }
      case 'thumbnail': {
        const key = facts.session?.thumbnailKey ?? null;
        const picture = { key, type: 'image/jpeg', lifetime: THUMBNAIL_LIFETIME, isPrivate: viewing.token !== null };
        return sendPicture(viewing.req, res, picture, this.#options.storage);
      }
      default:
        return this.#media.serve(viewing);
    }
  }

  #fail(url: string, res: ServerResponse, error: unknown): void {
    if (error instanceof ViewerGone || res.destroyed) return;
    let problem = error;
    if (!(problem instanceof LivestreamsError)) {
      this.#options.log.error({ path: withoutToken(url), err: error }, 'A playback request failed.');
      problem = playbackFailed('The reason is in the log of the server.');
    }
    if (res.headersSent) {
      res.destroy();
      return;
    }
    this.#options.metrics.answered('problem', 0);
    const { code } = (problem as LivestreamsError).kind;
    const allow = code === 'LS_PLAYBACK_METHOD_NOT_ALLOWED' ? ['Allow', 'GET, HEAD, OPTIONS'] : [];
    sendProblem(res, problem as LivestreamsError, allow);
  }
}
