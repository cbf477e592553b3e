/** One organization's log as it grows: read once for all who follow it, and framed once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#plugin-api';
import type { Filter, Follower } from './follower.ts';
import { eventFrame, openingFrame } from './frame.ts';
import type { Entry, EventLog, EventQuery, Place } from './log.ts';

/** Events read at once; also the most that go to a client in one piece. */
const PAGE = 100;
/** Milliseconds after which a database that did not answer is asked again. */
const RETRY = 1000;

interface FramedEntry extends Entry {
  frame: string;
}

/** Followers who want the same are sent the same bytes. */
interface Group {
  filter: Filter;
  followers: Set<Follower>;
}

export class Feed {
  readonly organizationId: string;
  readonly #events: EventLog;
  readonly #log: Logger;
  readonly #groups = new Map<string, Group>();
  /** Those who are sent what they have missed, and are in no group yet. */
  readonly #behind = new Set<Follower>();
  readonly #ready: Promise<void>;
  /** Where the last read ended. Whoever asks the database now is answered all up to there. */
  #end: Place = { position: 0, id: '' };
  #isReading = false;
  /** Somebody said that there is more, since the last read began. */
  #hasMore = false;
  #isFailing = false;

  constructor(organizationId: string, events: EventLog, log: Logger) {
    this.organizationId = organizationId;
    this.#events = events;
    this.#log = log;
    this.#ready = this.#persist(
      () => events.newest(organizationId),
      () => !this.isEmpty,
    ).then((end) => {
      if (end) this.#end = end;
    });
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0 && this.#behind.size === 0;
  }

  *followers(): Generator<Follower> {
    yield* this.#behind;
    for (const { followers } of this.#groups.values()) yield* followers;
  }

  /** There may be more to read; where the position of an event is known, only if it was not read yet. */
  wake(position = Number.POSITIVE_INFINITY): void {
    if (position <= this.#end.position) return;
    this.#hasMore = true;
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#read().finally(() => {
      this.#isReading = false;
    });
  }

  /** Sends a client what comes after a place of the log, from now on where there is none, until its connection ends. */
  add(follower: Follower, since: Place | null): void {
    this.#behind.add(follower);
    follower.onGone(() => this.#leave(follower));
    void this.#start(follower, since);
  }

  async #start(follower: Follower, since: Place | null): Promise<void> {
    await this.#ready;
    const { id, position } = since ?? this.#end;
    follower.position = position;
    follower.begin(openingFrame(id));
    const isLevel = position >= this.#end.position || (await this.#catchUp(follower));
    if (!isLevel || follower.isGone) return;
    this.#behind.delete(follower);
    this.#join(follower);
  }

  async #read(): Promise<void> {
    await this.#ready;
    while (this.#hasMore) {
      this.#hasMore = false;
      const entries = await this.#entriesAfter(this.#end.position, {}, () => !this.isEmpty);
      const last = entries?.at(-1);
      if (!entries || !last) continue;
      this.#end = { position: last.position, id: last.event.id };
      this.#deliver(entries.map((entry) => ({ ...entry, frame: eventFrame(entry.event) })));
      if (entries.length === PAGE) this.#hasMore = true;
    }
  }

  #deliver(entries: FramedEntry[]): void {
    const first = entries[0]!.position;
    for (const { filter, followers } of this.#groups.values()) {
      const wanted = entries.filter(({ event }) => matches(event, filter));
      if (wanted.length === 0) continue;
      const shared = joined(wanted);
      for (const follower of followers) {
        if (follower.position < first) follower.send(shared);
        else {
          // It was ahead of the feed when it joined.
          const rest = wanted.filter(({ position }) => position > follower.position);
          if (rest.length > 0) follower.send(joined(rest));
        }
      }
    }
  }

  /** Sends from the database what a client has missed, as fast as it reads; true when nothing lies between it and the feed. */
  async #catchUp(follower: Follower): Promise<boolean> {
    for (;;) {
      const known = this.#end.position;
      const entries = await this.#entriesAfter(follower.position, follower.filter, () => !follower.isGone);
      if (entries === null) return false;
      const last = entries.at(-1);
      if (last) {
        follower.position = last.position;
        await follower.sendInTurn(entries.map(({ event }) => eventFrame(event)).join(''));
      }
      if (entries.length === PAGE) continue;
      // All that it wants up to what was known before the question was in the answer.
      follower.position = Math.max(follower.position, known);
      if (follower.position >= this.#end.position) return true;
    }
  }

  #join(follower: Follower): void {
    const { filter } = follower;
    const key = JSON.stringify([filter.streamId, filter.type]);
    const group = this.#groups.get(key) ?? { filter, followers: new Set() };
    this.#groups.set(key, group);
    group.followers.add(follower);
  }

  #leave(follower: Follower): void {
    this.#behind.delete(follower);
    for (const [key, { followers }] of this.#groups) {
      if (followers.delete(follower) && followers.size === 0) this.#groups.delete(key);
    }
  }

  #entriesAfter(position: number, filter: Filter, isWanted: () => boolean): Promise<Entry[] | null> {
    const query: EventQuery = { organizationId: this.organizationId, ...filter, limit: PAGE };
    return this.#persist(() => this.#events.readAfter(position, query), isWanted);
  }

  /** Asks until the database answers: clients wait on their connections. Null when nobody waits any more. */
  async #persist<T>(ask: () => Promise<T>, isWanted: () => boolean): Promise<T | null> {
    for (;;) {
      try {
        const answer = await ask();
        this.#isFailing = false;
        return isWanted() ? answer : null;
      } catch (error) {
        if (!this.#isFailing) this.#log.warn({ err: error }, 'the event log cannot be read; who follows it waits');
        this.#isFailing = true;
      }
      await delay(RETRY, undefined, { ref: false });
      if (!isWanted()) return null;
    }
  }
}

function matches(event: Entry['event'], { streamId, type }: Filter): boolean {
  return (streamId === undefined || event.stream_id === streamId) && (type === undefined || event.type === type);
}

function joined(entries: FramedEntry[]): string {
  return entries.map(({ frame }) => frame).join('');
}
