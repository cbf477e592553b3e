/** The API's routes that the dashboard calls, with the shapes of their answers. */
import { authorizedFetch } from './auth.ts';

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

export type StreamStatus = 'offline' | 'live' | 'reconnecting';

export interface Stream {
  id: string;
  title: string;
  status: StreamStatus;
  latency: 'standard' | 'low';
  record: boolean;
  visibility: 'public' | 'unlisted' | 'protected';
  /** What to type into an encoder, by ingest; `{key}` stands where the key is not known any more. */
  ingest: Record<string, Record<string, string>>;
  playback: { hls_url: string; watch_url: string; embed_url: string };
}

export interface NewStream {
  title: string;
  latency: Stream['latency'];
  visibility: Stream['visibility'];
}

export interface StreamKey {
  id: string;
  label: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** A key with its secret: answered once, when it is made. */
export interface FreshKey {
  id: string;
  label: string;
  key: string;
}

export interface Session {
  id: string;
  state: 'live' | 'reconnecting' | 'ended';
  started_at: string;
  ended_at: string | null;
  /** Seconds. */
  duration: number;
  end_reason: string | null;
}

export interface Health {
  status: 'good' | 'ok' | 'bad' | 'no_data';
  issues: { code: string; severity: 'warning' | 'error'; reason: string; fix: string }[];
}

export interface PanelEntry {
  plugin: string;
  slot: 'page' | 'stream' | 'settings';
  title: string;
  icon: string;
  element: string;
  module: string;
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await authorizedFetch(`/v1${path}`, signal ? { signal } : {});
  return (await answer.json()) as T;
}

async function send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
  const headers: Record<string, string> = method === 'POST' ? { 'Idempotency-Key': randomKey() } : {};
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await authorizedFetch(`/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** `crypto.randomUUID` is only there with HTTPS; a server in one's own network often has none. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('');
}

export const api = {
  streams: (signal: AbortSignal) => get<Page<Stream>>('/streams', signal),
  stream: (id: string, signal: AbortSignal) => get<Stream>(`/streams/${id}`, signal),
  createStream: (stream: NewStream) => send<Stream & { keys: FreshKey[] }>('POST', '/streams', stream),
  renameStream: (id: string, title: string) => send<Stream>('PATCH', `/streams/${id}`, { title }),
  deleteStream: (id: string) => send<void>('DELETE', `/streams/${id}`),
  disconnect: (id: string) => send<void>('POST', `/streams/${id}/disconnect`),
  keys: (id: string, signal: AbortSignal) => get<Page<StreamKey>>(`/streams/${id}/keys`, signal),
  /** With `overlap` (seconds) the other keys end after that time: a rotation. */
  createKey: (id: string, key: { label: string; overlap?: number }) =>
    send<FreshKey>('POST', `/streams/${id}/keys`, key),
  deleteKey: (id: string, keyId: string) => send<void>('DELETE', `/streams/${id}/keys/${keyId}`),
  sessions: (id: string, signal: AbortSignal) => get<Page<Session>>(`/streams/${id}/sessions`, signal),
  health: (id: string, signal: AbortSignal) => get<Health>(`/streams/${id}/health`, signal),
  playbackToken: (id: string) =>
    send<{ token: string }>('POST', `/streams/${id}/playback-tokens`, { expires_in: 3600 }),
  async panels(signal: AbortSignal): Promise<PanelEntry[]> {
    const answer = await fetch('/dashboard/panels.json', { signal });
    if (!answer.ok) throw new Error('The plugins’ panels could not be listed.');
    return (await answer.json()) as PanelEntry[];
  },
};
