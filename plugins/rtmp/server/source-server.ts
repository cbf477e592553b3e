/** Where workers read publishers' tags: HTTP on loopback, one secret path and token a publication. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FLV_HEADER } from '../protocol/flv.ts';
import { KeptTags, type TagReader } from './kept-tags.ts';

/** How long what a publisher sent stays for a first reader after its end, in milliseconds. */
const LINGER = 10_000;
/** How long readers have to take the last bytes when the server stops, in milliseconds. */
const STOP_TIME = 1_000;
/** Bytes of tags that are gathered at most before they are written: bounds what a late first reader has copied for it at once. */
const LARGEST_WRITE = 256 * 1024;

/** One publication's tags, and the address where they are read. */
export interface PublishedSource {
  readonly tags: KeptTags;
  readonly url: string;
  readonly authorization: string;
  /** Called when a reader took what held the publisher back. */
  onRelieved: () => void;
  /** Sends what was pushed since the last time. */
  flush(): void;
  /** No more is to come: its reader gets the end, and it is forgotten, at once or when a first reader had its time. */
  close(): void;
}

export interface SourceServer {
  open(): PublishedSource;
  stop(): Promise<void>;
}

interface Entry {
  source: PublishedSource;
  digest: Buffer;
  attach(response: ServerResponse): void;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Gathers tags until `flush` and writes them as one: each chunk of a response costs its writer and its reader's HTTP parser more than
 * the copy of the small tags in it does.
 */
class ResponseReader implements TagReader {
  private readonly response: ServerResponse;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  get backlog(): number {
    return this.waitingBytes + this.response.writableLength;
  }

  write(bytes: Buffer): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= LARGEST_WRITE) this.flush();
  }

  flush(): void {
    const [first] = this.waiting;
    if (!first) return;
    const bytes = this.waiting.length === 1 ? first : Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    if (!this.response.destroyed) this.response.write(bytes);
  }

  end(): void {
    this.flush();
    this.response.end();
  }

  replace(): void {
    this.response.destroy();
  }
}

/** Resolves once it listens on a free port of 127.0.0.1. */
export async function startSourceServer(): Promise<SourceServer> {
  const entries = new Map<string, Entry>();

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const entry = entries.get(request.url ?? '');
    const given = digestOf(request.headers.authorization ?? '');
    if (request.method !== 'GET' || !entry) response.writeHead(404).end();
    else if (!timingSafeEqual(given, entry.digest)) response.writeHead(401).end();
    else entry.attach(response);
  }

  const server = createServer(answer);
  // A response lasts as long as its publisher.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  function open(): PublishedSource {
    const path = `/${randomBytes(16).toString('hex')}`;
    const authorization = `Bearer ${randomBytes(32).toString('base64url')}`;
    const tags = new KeptTags();
    let reader: ResponseReader | null = null;

    const attach = (response: ServerResponse) => {
      const attached = new ResponseReader(response);
      reader = attached;
      response.writeHead(200, { 'content-type': 'video/x-flv', 'cache-control': 'no-store' });
      response.on('drain', () => source.onRelieved());
      response.on('close', () => {
        tags.detach(attached);
        source.onRelieved();
      });
      attached.write(FLV_HEADER);
      tags.attach(attached);
      attached.flush();
      source.onRelieved();
    };
    const close = () => {
      tags.end();
      if (!tags.unread) entries.delete(path);
      else setTimeout(() => entries.delete(path), LINGER).unref();
    };
    const source: PublishedSource = {
      tags,
      url: `http://127.0.0.1:${port}${path}`,
      authorization,
      onRelieved: () => {},
      flush: () => reader?.flush(),
      close,
    };
    entries.set(path, { source, digest: digestOf(authorization), attach });
    return source;
  }

  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const force = setTimeout(() => server.closeAllConnections(), STOP_TIME);
    await closed;
    clearTimeout(force);
  }

  return { open, stop };
}
