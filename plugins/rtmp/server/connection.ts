/** One publisher's socket: feeds the state machine, keeps the time limits, and holds the publisher back where its reader is slow. */
import type { Socket } from 'node:net';
import type { Latency } from '#plugin-api';
import { type PublishRequest, PublishSession, type RefusalCode } from '../protocol/session.ts';
import type { PublishedSource } from './source-server.ts';

/** Milliseconds. */
const HANDSHAKE_TIME = 5_000;
/** From the handshake to the publish command. */
const PUBLISH_TIME = 10_000;
const AUTHORIZE_TIME = 10_000;
/** How long a peer may take to read our last words. */
const GOODBYE_TIME = 2_000;
/**
 * For so long tags are gathered for a reader whose viewers are seconds behind anyway, which then reads ten times a second. The publisher's
 * socket is read as it comes: with it paused in between, frames came up to 1.7 s late.
 */
const GATHER_TIME = 100;
/** A peer that does not read its replies. */
const UNREAD_REPLIES = 256 * 1024;

export interface ConnectionEvents {
  /** Answer with `accept` or `refuse`. The source is to be given to `accept`. */
  publish(request: PublishRequest): void;
  /** Once, whatever came before. */
  closed(reason: string): void;
}

export class Connection {
  /** Bytes received. */
  get bytes(): number {
    return this.socket.bytesRead;
  }

  private readonly socket: Socket;
  private readonly events: ConnectionEvents;
  private readonly session: PublishSession;
  private source: PublishedSource | null = null;
  private deadline: NodeJS.Timeout | undefined;
  private replies: Buffer[] = [];
  private ended = false;
  private gathers = false;
  private gathering: NodeJS.Timeout | undefined;
  private handshakeSeen = false;

  /** `idleTimeout` in milliseconds. */
  constructor(socket: Socket, idleTimeout: number, events: ConnectionEvents) {
    this.socket = socket;
    this.events = events;
    this.session = new PublishSession({
      send: (bytes) => this.replies.push(bytes),
      publish: (request) => {
        this.expect(AUTHORIZE_TIME, 'Nobody answered whether the encoder may publish.');
        events.publish(request);
      },
      tag: (tag) => this.source?.tags.push(tag),
      end: (reason) => this.end(reason),
    });
    socket.setNoDelay(true);
    socket.setTimeout(idleTimeout, () => {
      if (!socket.isPaused()) this.end('The encoder sent nothing for too long.');
      else if (this.source?.tags.abandoned) this.drop('The server does not read the stream.');
      // Silence that we asked for is none of the publisher's; the timer is spent, so it is set again.
      else socket.setTimeout(idleTimeout);
    });
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('end', () => this.end('The encoder closed the connection.'));
    socket.on('error', (error) => this.end(`The connection failed: ${error.message}.`));
    socket.on('close', () => this.end('The connection was closed.'));
    this.expect(HANDSHAKE_TIME, 'The handshake took too long.');
  }

  /** Lets the publisher in; its tags go to `source` from now on. */
  accept(source: PublishedSource, latency: Latency): void {
    if (this.ended) return;
    this.gathers = latency === 'standard';
    clearTimeout(this.deadline);
    this.source = source;
    source.onRelieved = () => this.flow();
    this.session.accept();
    this.flush();
    this.flow();
  }

  refuse(code: RefusalCode, reason: string): void {
    this.session.refuse(code, reason);
  }

  /** Ends the publisher, telling it why. */
  drop(reason: string): void {
    if (!this.ended) this.session.drop(reason);
  }

  private take(bytes: Buffer): void {
    if (this.ended) return;
    this.session.push(bytes);
    if (this.ended) return;
    if (!this.handshakeSeen && this.session.handshakeDone) {
      this.handshakeSeen = true;
      if (!this.session.authorizing) this.expect(PUBLISH_TIME, 'The client did not publish.');
    }
    this.reply();
    if (this.gathers) this.gather();
    else this.source?.flush();
    this.flow();
  }

  private gather(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.source?.flush();
      this.flow();
    }, GATHER_TIME);
  }

  /** Reads on, or not: not while the publish is being decided, and not while its reader is behind. */
  private flow(): void {
    if (this.ended) return;
    if (this.session.authorizing || this.source?.tags.pressed) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  private flush(): void {
    this.source?.flush();
    this.reply();
  }

  private reply(): void {
    if (this.replies.length === 0) return;
    const bytes = Buffer.concat(this.replies);
    this.replies = [];
    if (!this.socket.destroyed) this.socket.write(bytes);
    if (this.socket.writableLength > UNREAD_REPLIES) this.socket.destroy();
  }

  private expect(milliseconds: number, otherwise: string): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.drop(otherwise), milliseconds);
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.deadline);
    clearTimeout(this.gathering);
    this.flush();
    if (this.source) this.source.onRelieved = () => {};
    this.sayGoodbye();
    this.events.closed(reason);
  }

  private sayGoodbye(): void {
    if (this.socket.destroyed) return;
    // Reading on keeps the kernel from answering with a reset, which would throw away our last words before they are read.
    this.socket.resume();
    this.socket.end();
    this.deadline = setTimeout(() => this.socket.destroy(), GOODBYE_TIME);
    this.socket.once('close', () => clearTimeout(this.deadline));
  }
}
