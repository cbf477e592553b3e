/** A client that follows the log over a connection of its own. */
import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a client that reads slower than events come. Then it is dropped, and may come back to go on. */
export const MOST_WAITING = 256 * 1024;

/** Which events a client wants; all where nothing is stated. */
export interface Filter {
  streamId?: string;
  type?: string;
}

export interface FollowerOptions {
  response: ServerResponse;
  filter: Filter;
  /** Whether it may still read the organization's events. */
  isAdmitted(): Promise<boolean>;
}

export class Follower {
  readonly filter: Filter;
  readonly isAdmitted: () => Promise<boolean>;
  /** Up to where it had all that it wants when it caught up with the feed. */
  position = 0;
  /** Nothing was sent since this was last set. */
  isQuiet = true;
  readonly #response: ServerResponse;

  constructor({ response, filter, isAdmitted }: FollowerOptions) {
    this.#response = response;
    this.filter = filter;
    this.isAdmitted = isAdmitted;
  }

  get isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  onGone(listener: () => void): void {
    this.#response.once('close', listener);
  }

  /** Sends the headers and the first bytes. */
  begin(opening: string): void {
    if (this.isGone) return;
    // Ended by the end of the connection: chunks would have to be framed for each client.
    this.#response.useChunkedEncodingByDefault = false;
    // Its beats would put off the end of an idle connection for ever, and each write pays for putting it off.
    this.#response.socket?.setTimeout(0);
    this.#response.write(opening, 'latin1');
  }

  /** Sends, or drops the client where too much waits for it already. */
  send(text: string): void {
    if (this.isGone) return;
    this.isQuiet = false;
    if (this.#response.writableLength > MOST_WAITING) this.drop();
    else this.#write(text);
  }

  /** Sends, and resolves when there is room for more or the client is gone. */
  async sendInTurn(text: string): Promise<void> {
    if (this.isGone) return;
    this.isQuiet = false;
    if (this.#response.write(text, 'latin1')) return;
    const response = this.#response;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }

  /** Ends the answer in order; the client comes back by itself. */
  end(): void {
    this.#response.end();
  }

  drop(): void {
    this.#response.destroy();
  }

  /** Straight to the connection: nothing of the answer stands between pieces of its body, and `response.write` costs more. */
  #write(text: string): void {
    const { socket } = this.#response;
    if (socket) socket.write(text, 'latin1');
    else this.#response.write(text, 'latin1');
  }
}
