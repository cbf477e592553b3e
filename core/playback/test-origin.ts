/** An origin behind a real HTTP server, for the tests of this room: one stream, whose facts a test may change. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Storage, StreamRef } from '#plugin-api';
import type { Presentation } from '../segments/ring.ts';
import { localStorage } from '../storage/local.ts';
import type { AssetFacts } from './assets.ts';
import type { StreamFacts } from './directory.ts';
import { createOrigin, type Origin } from './origin.ts';
import { Presentations } from './presentations.ts';
import { SESSION, STREAM } from './test-presentation.ts';
import { type TestTokens, testTokens } from './test-tokens.ts';
import type { PlaybackTokens } from './tokens.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A server with one stream, whose facts a test may change. */
export class TestOrigin {
  readonly tokens: PlaybackTokens;
  /** Ids of the tokens that were revoked. */
  readonly revoked: Set<string>;
  readonly stream: StreamRef = {
    id: STREAM,
    organizationId: 'org_1',
    title: 'A "title"',
    latency: 'low',
    record: true,
    visibility: 'public',
  };
  session: StreamFacts['session'] = { id: SESSION, state: 'live', thumbnailKey: null };
  allowedOrigins: string[] = [];
  recorded: Presentation | null = null;
  asset: AssetFacts | null = null;
  assetPresentation: Presentation | null = null;
  refusal: { refuse: string } | undefined;
  reads = 0;
  waiting = 0;
  peak = 0;
  readonly errors: unknown[] = [];
  readonly answered: [string, number][] = [];
  readonly presentations = new Presentations(async () => {
    this.reads++;
    return this.recorded;
  });
  readonly #waiters: { count: number; resolve: () => void }[] = [];
  readonly #folder: string;
  readonly storage: Storage;
  readonly origin: Origin;
  readonly #server: Server;

  private constructor(folder: string, { tokens, revoked }: TestTokens) {
    this.tokens = tokens;
    this.revoked = revoked;
    this.#folder = folder;
    this.storage = localStorage(folder);
    this.origin = createOrigin({
      presentations: this.presentations,
      describe: async (id) =>
        id === STREAM
          ? { stream: this.stream, session: this.session, allowedOrigins: this.allowedOrigins, updatedAt: new Date(0) }
          : null,
      assets: { describe: async () => this.asset, read: async () => this.assetPresentation },
      storage: this.storage,
      tokens: this.tokens,
      hooks: { authorize: async () => this.refusal, playlist: async (plan) => plan },
      clientAddress: () => '127.0.0.1',
      publicUrl: 'http://localhost',
      metrics: {
        answered: (kind, bytes) => this.answered.push([kind, bytes]),
        waiting: (change) => {
          this.waiting += change;
          for (const waiter of this.#waiters) if (waiter.count === this.waiting) waiter.resolve();
        },
      },
      log: { ...quiet, error: (fields: object) => this.errors.push(fields) },
    });
    this.#server = createServer((req, res) => {
      if (!this.origin.handle(req, res)) res.writeHead(418).end();
    });
  }

  static async start(): Promise<TestOrigin> {
    const bed = new TestOrigin(await mkdtemp(join(tmpdir(), 'playback-')), await testTokens());
    await new Promise<void>((resolve) => bed.#server.listen(0, '127.0.0.1', resolve));
    return bed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when so many requests wait. */
  waitingIs(count: number): Promise<void> {
    if (this.waiting === count) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}/live/${STREAM}/${path}`;
  }

  media(path: string): string {
    return this.url(`${SESSION}/${path}`);
  }

  /** Sends a path as it is, without what a URL parser makes of it. */
  async raw(
    path: string,
    method = 'GET',
  ): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
    const res = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port: this.port, path, method, agent: false }, resolve).on('error', reject).end();
    });
    return { status: res.statusCode!, body: await text(res), headers: res.headers };
  }

  async stop(): Promise<void> {
    this.origin.stop();
    this.presentations.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}

/** The code of a problem. */
export async function code(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).to.equal('application/problem+json');
  return ((await response.json()) as { code: string }).code;
}
