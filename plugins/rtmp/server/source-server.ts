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
    let corked: ServerResponse | null = null;

    const flush = () => {
      // The socket too: uncorking a chunked response alone writes its parts one by one.
      const socket = corked?.socket;
      socket?.cork();
      corked?.uncork();
      socket?.uncork();
      corked = null;
    };
    const attach = (response: ServerResponse) => {
      const reader: TagReader = {
        // Corked until `flush`, so that the tags of one read of the publisher leave as one write.
        write: (bytes) => {
          if (corked !== response) {
            flush();
            response.cork();
            corked = response;
          }
          response.write(bytes);
        },
        get backlog() {
          return response.writableLength;
        },
        end: () => {
          flush();
          response.end();
        },
        replace: () => response.destroy(),
      };
      response.writeHead(200, { 'content-type': 'video/x-flv', 'cache-control': 'no-store' });
      response.on('drain', () => source.onRelieved());
      response.on('close', () => {
        tags.detach(reader);
        source.onRelieved();
      });
      reader.write(FLV_HEADER);
      tags.attach(reader);
      flush();
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
      flush,
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
