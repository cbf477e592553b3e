/** What the server process and its parent say to each other over Node's IPC channel. */
import type { Latency, PublishRefusal } from '#plugin-api';

export interface ServerSettings {
  host: string;
  /** 0: any free one. */
  port: number;
  maxConnections: number;
  /** Seconds. */
  idleTimeout: number;
}

/** From the parent. `listen` comes first, once. */
export type ToServer =
  | { type: 'listen'; settings: ServerSettings }
  | { type: 'accept'; id: number; latency: Latency }
  | { type: 'refuse'; id: number; code: PublishRefusal['code']; reason: string }
  | { type: 'drop'; id: number; reason: string }
  | { type: 'stop' };

/** From the server process. */
export type FromServer =
  | { type: 'listening'; port: number }
  | { type: 'failed'; code: string; reason: string }
  | {
      type: 'attempt';
      id: number;
      streamId: string;
      key: string;
      remoteAddress: string;
      encoder: string | null;
      source: { url: string; authorization: string };
    }
  /** The connection of an attempt is over, answered or not. */
  | { type: 'gone'; id: number; reason: string; bytes: number }
  | { type: 'log'; level: 'debug' | 'warn'; fields: Record<string, unknown>; message: string };
