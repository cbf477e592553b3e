/** Everybody who follows the log over a connection to this process, an organization a feed. */
import type { Logger } from '#plugin-api';
import { Feed } from './feed.ts';
import { Follower, type FollowerOptions } from './follower.ts';
import { HEARTBEAT } from './frame.ts';
import type { EventLog, Place } from './log.ts';
import { listenForEvents } from './notices.ts';

/** Milliseconds between heartbeats. */
const BEAT = 15_000;
/** Of so many beats, at one it is asked again who is still admitted: each minute. It costs more than the beats. */
const BEATS_PER_CHECK = 4;

export interface FeedsOptions {
  events: EventLog;
  /** `url` holds a password. */
  database: { url: string; schema: string };
  log: Logger;
}

export class Feeds {
  readonly #options: FeedsOptions;
  readonly #feeds = new Map<string, Feed>();
  readonly #undos: (() => unknown)[] = [];
  #isChecking = false;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { events, database, log } = this.#options;
    // An event of this process is read at once; what the database tells of it later is read already.
    this.#undos.push(events.on('*', (event) => this.#feeds.get(event.organization_id)?.wake()));
    this.#undos.push(events.on('organization.member_removed', () => this.checkAdmission()));
    let beats = 0;
    const timer = setInterval(() => {
      this.#beat();
      if (++beats % BEATS_PER_CHECK === 0) void this.checkAdmission();
    }, BEAT);
    this.#undos.push(() => clearInterval(timer));
    const stopListening = await listenForEvents({
      ...{ url: database.url, schema: database.schema, log },
      onEvent: (organizationId, position) => this.#feeds.get(organizationId)?.wake(position),
      onConnected: () => {
        for (const feed of this.#feeds.values()) feed.wake();
      },
    });
    this.#undos.push(stopListening);
  }

  /** Sends a client the organization's events behind a place, from now on where there is none, until either side ends it. */
  follow(organizationId: string, options: FollowerOptions, since: Place | null): void {
    let feed = this.#feeds.get(organizationId);
    if (!feed) {
      feed = new Feed(organizationId, this.#options.events, this.#options.log);
      this.#feeds.set(organizationId, feed);
    }
    const follower = new Follower(options);
    feed.add(follower, since);
    follower.onGone(() => {
      if (feed.isEmpty && this.#feeds.get(organizationId) === feed) this.#feeds.delete(organizationId);
    });
  }

  /** Ends the connections of those who may not read any more what they are sent. Who cannot be asked about now is asked about again. */
  async checkAdmission(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    let failure: unknown = null;
    for (const follower of this.followers()) {
      try {
        if (!follower.isGone && !(await follower.isAdmitted())) follower.end();
      } catch (error) {
        failure = error;
      }
    }
    this.#isChecking = false;
    if (failure !== null) this.#options.log.warn({ err: failure }, 'it cannot be seen now who may still follow events');
  }

  /** Ends all connections; clients come back to whoever serves them next. */
  async stop(): Promise<void> {
    for (const undo of this.#undos.splice(0).reverse()) await undo();
    for (const follower of this.followers()) follower.end();
  }

  #beat(): void {
    for (const follower of this.followers()) {
      if (follower.isQuiet) follower.send(HEARTBEAT);
      follower.isQuiet = true;
    }
  }

  /** All whose connections are open. */
  followers(): Follower[] {
    return [...this.#feeds.values()].flatMap((feed) => [...feed.followers()]);
  }
}
