/** One stream of a test's server, as its owner and its viewers see it. */
import { type Multivariant, readMedia, readMultivariant } from './playlists.ts';
import type { CreatedStream, TestServer } from './server.ts';
import { until } from './until.ts';

export interface StreamEvent {
  id: string;
  type: string;
  session_id: string | null;
  data: Record<string, unknown>;
}

export interface StreamHealth {
  status: 'good' | 'ok' | 'bad' | 'no_data';
  issues: { code: string; severity: string; reason: string; fix: string }[];
  source: { video: Record<string, unknown> | null; audio: Record<string, unknown> | null } | null;
}

export interface SessionAnswer {
  id: string;
  state: 'live' | 'reconnecting' | 'ended';
  end_reason: string | null;
  duration: number;
}

export class Channel {
  readonly stream: CreatedStream;
  /** Where encoders send to, key and all. */
  readonly publishUrl: string;
  /** Where viewers watch, always the same. */
  readonly url: string;
  readonly #server: TestServer;

  constructor(server: TestServer, stream: CreatedStream) {
    this.#server = server;
    this.stream = stream;
    this.publishUrl = server.rtmpUrl(stream);
    this.url = `${server.url}/live/${stream.id}/index.m3u8`;
  }

  static async create(server: TestServer, settings: Record<string, unknown> = {}): Promise<Channel> {
    return new Channel(server, await server.createStream(settings));
  }

  async health(): Promise<StreamHealth> {
    return this.#server.api('GET', `/streams/${this.stream.id}/health`);
  }

  /** Newest first. */
  async sessions(): Promise<SessionAnswer[]> {
    return (await this.#server.api<{ data: SessionAnswer[] }>('GET', `/streams/${this.stream.id}/sessions`)).data;
  }

  /** What happened in the newest session, in order. */
  async events(): Promise<StreamEvent[]> {
    const [session] = await this.sessions();
    if (!session) return [];
    return (await this.#server.api<{ data: StreamEvent[] }>('GET', `/sessions/${session.id}/events?limit=100`)).data;
  }

  /** Waits for an event of the newest session. */
  async event(type: string, matches: (event: StreamEvent) => boolean = () => true): Promise<StreamEvent> {
    return until(
      async () => (await this.events()).find((event) => event.type === type && matches(event)),
      `the event ${type}`,
    );
  }

  /** Waits for an issue of the stream's health. */
  async issue(code: string): Promise<StreamHealth['issues'][number]> {
    return until(
      async () => (await this.health()).issues.find((issue) => issue.code === code),
      `the health issue ${code}`,
    );
  }

  /** Waits for the newest session to be in a state. */
  async state(state: SessionAnswer['state']): Promise<SessionAnswer> {
    return until(async () => (await this.sessions()).find((session) => session.state === state), `a session ${state}`);
  }

  /** Waits until viewers are offered so many finished segments of every rendition, and answers what they are offered. */
  async playing(segments = 1): Promise<Multivariant> {
    return until(async () => {
      const multivariant = await readMultivariant(this.url).catch(() => null);
      if (!multivariant) return null;
      const all = [...multivariant.variants, ...multivariant.audio];
      const lists = await Promise.all(all.map(({ url }) => readMedia(url).catch(() => null)));
      return lists.every((list) => list !== null && list.segments.length >= segments) && multivariant;
    }, `${segments} segments of the stream ${this.stream.id}`);
  }

  /** The media playlists of what viewers are offered now, by rendition. */
  async renditions(): Promise<Map<string, string>> {
    const { variants, audio } = await readMultivariant(this.url);
    return new Map([...variants, ...audio].map(({ url }) => [new URL(url).pathname.split('/').at(-2)!, url]));
  }
}
