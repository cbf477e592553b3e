/** Answers `/live/*` before Koa: admits the viewer, then serves playlists, media and a stream's status. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AuthorizeContext, LivestreamsError, type Logger, type Storage, type StreamRef } from '#plugin-api';
import type { ShapePlaylist } from './channel.ts';
import { Channels } from './channels.ts';
import { type DescribeStream, StreamDirectory } from './directory.ts';
import {
  playbackFailed,
  playbackMethodNotAllowed,
  playbackNotFound,
  playbackRefused,
  playbackStreamNotFound,
  playbackTokenExpired,
  playbackTokenInvalid,
  playbackTokenMissing,
} from './errors.ts';
import { MediaServer } from './media-server.ts';
import { PlaylistServer } from './playlist-server.ts';
import type { Presentations } from './presentations.ts';
import { type OriginMetrics, sendBytes, sendPreflight, sendProblem } from './replies.ts';
import { streamStatus } from './status.ts';
import { LIVE_PREFIX, readQuery, readTarget, withoutToken } from './target.ts';
import type { PlaybackTokens } from './tokens.ts';
import { ViewerGone, type Viewing } from './viewing.ts';
import { WaitingRoom } from './waiting.ts';

export interface OriginOptions {
  presentations: Presentations;
  describe: DescribeStream;
  storage: Storage;
  tokens: PlaybackTokens;
  /** Core's hooks: `authorize` is asked at each multivariant playlist, `playlist` once for each version of it. */
  hooks: {
    authorize(context: AuthorizeContext): Promise<{ refuse: string } | undefined>;
    playlist: ShapePlaylist;
  };
  /** The viewer's address, from the connection's and its `X-Forwarded-For`. */
  clientAddress(peer: string, forwardedFor: string | undefined): string;
  metrics: OriginMetrics;
  log: Logger;
}

export interface Origin {
  /** Takes the request, and answers it sooner or later, if its path begins with `/live/`; else answers false. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  /** The stream or its session was changed: the next request looks it up again. */
  forget(streamId: string): void;
  /** Answers all who wait with what there is. */
  stop(): void;
}

export function createOrigin(options: OriginOptions): Origin {
  return new LiveOrigin(options);
}

class LiveOrigin implements Origin {
  readonly #options: OriginOptions;
  readonly #directory: StreamDirectory;
  readonly #waiting: WaitingRoom;
  readonly #playlists: PlaylistServer;
  readonly #media: MediaServer;

  constructor(options: OriginOptions) {
    const channels = new Channels(options.presentations, (plan, context) => options.hooks.playlist(plan, context));
    this.#options = options;
    this.#directory = new StreamDirectory(options.describe);
    this.#waiting = new WaitingRoom((change) => options.metrics.waiting(change));
    this.#playlists = new PlaylistServer(channels, this.#waiting);
    this.#media = new MediaServer(channels, this.#waiting, options.storage);
  }

  handle(req: IncomingMessage, res: ServerResponse): boolean {
    const url = req.url ?? '';
    if (!url.startsWith(LIVE_PREFIX)) return false;
    this.#answer(req, res, url).catch((error: unknown) => this.#fail(url, res, error));
    return true;
  }

  forget(streamId: string): void {
    this.#directory.forget(streamId);
  }

  stop(): void {
    this.#waiting.stop();
  }

  async #answer(req: IncomingMessage, res: ServerResponse, url: string): Promise<void> {
    if (req.method === 'OPTIONS') return sendPreflight(res);
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      throw playbackMethodNotAllowed(`${req.method} is not possible here.`);
    }
    const target = readTarget(url);
    if (target === null) throw playbackNotFound('No stream has such an address.');
    const known = this.#directory.get(target.streamId);
    const facts = known instanceof Promise ? await known : known;
    if (facts === null) throw playbackStreamNotFound('No stream has the id in this address.');
    const query = readQuery(url);
    // A player that puts a newer token behind the `?` goes on with it where the playlist's own has expired.
    const given = query.token ?? target.token;
    const token = facts.stream.visibility === 'protected' ? await this.#admit(facts.stream, given) : null;
    const bytes = await this.#serve({ req, res, target, query, facts, token });
    this.#options.metrics.answered(target.kind, bytes);
  }

  async #serve(viewing: Viewing): Promise<number> {
    const { res, target, facts } = viewing;
    switch (target.kind) {
      case 'multivariant':
        await this.#authorize(viewing);
        return this.#playlists.multivariant(viewing);
      case 'playlist':
        return this.#playlists.playlist(viewing);
      case 'vod':
        return this.#playlists.recording(viewing);
      case 'status': {
        const status = streamStatus(facts, this.#options.presentations.live(target.streamId));
        return sendBytes(res, 'application/json', 'no-cache', Buffer.from(JSON.stringify(status)).toString('latin1'));
      }
      default:
        return this.#media.serve(viewing);
    }
  }

  /** Answers the token once it is known to be valid for the stream. */
  async #admit(stream: StreamRef, token: string | null): Promise<string> {
    if (token === null) throw playbackTokenMissing('The address has no token.');
    const known = this.#options.tokens.verify(token, stream.id);
    const verdict = known instanceof Promise ? await known : known;
    if (verdict === 'expired') throw playbackTokenExpired('The token was valid once.');
    if (verdict === 'invalid') throw playbackTokenInvalid('The token is damaged, foreign, or for another stream.');
    return token;
  }

  async #authorize({ req, facts }: Viewing): Promise<void> {
    const forwardedFor = req.headers['x-forwarded-for'];
    const remoteAddress = this.#options.clientAddress(
      req.socket.remoteAddress ?? '',
      Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor,
    );
    const refusal = await this.#options.hooks.authorize({ action: 'play', stream: facts.stream, remoteAddress });
    if (refusal !== undefined) throw playbackRefused(refusal.refuse);
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
