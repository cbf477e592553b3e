/** Uploads of tests: a real tus client, and what becomes of what it sent. */
import { Upload } from 'tus-js-client';
import type { AssetAnswer } from '#plugin-api';
import { owner, type TestServer } from './server.ts';
import { until } from './until.ts';

export interface UploadState {
  id: string;
  size: number | null;
  offset: number;
  asset_id: string | null;
  job_id: string | null;
}

export interface JobState {
  id: string;
  state: string;
  attempt: number;
  error: string | null;
  progress: { percent: number; speed?: number; bitrate?: number; eta?: number } | null;
}

/** The owner's access token. */
export async function tokenOf(server: TestServer): Promise<string> {
  return (await server.api<{ access_token: string }>('POST', '/auth/login', owner)).access_token;
}

export interface Sending {
  url: Promise<string>;
  /** Resolves with the upload's address when the server has all of it. */
  done: Promise<string>;
  abort(): Promise<void>;
}

/** Sends a file in pieces; comes back by itself when the connection breaks. */
export function send(
  server: TestServer,
  token: string,
  file: Buffer,
  metadata: Record<string, string> = {},
  { chunkSize = 64 * 1024, uploadUrl }: { chunkSize?: number; uploadUrl?: string } = {},
): Sending {
  const url = Promise.withResolvers<string>();
  const done = Promise.withResolvers<string>();
  const upload = new Upload(file, {
    ...(uploadUrl === undefined ? { endpoint: `${server.url}/v1/uploads` } : { uploadUrl }),
    headers: { authorization: `Bearer ${token}` },
    metadata,
    chunkSize,
    retryDelays: Array(40).fill(250),
    onUploadUrlAvailable: () => url.resolve(upload.url!),
    onError: (error) => {
      url.reject(error);
      done.reject(error);
    },
    onSuccess: () => done.resolve(upload.url!),
  });
  url.promise.catch(() => {});
  done.promise.catch(() => {});
  upload.start();
  return { url: url.promise, done: done.promise, abort: () => upload.abort() };
}

export function uploadAt(server: TestServer, url: string): Promise<UploadState> {
  return server.api<UploadState>('GET', new URL(url).pathname.replace('/v1', ''));
}

/** Sends a file and answers its upload, with its asset and its job. */
export async function uploaded(
  server: TestServer,
  file: Buffer,
  metadata?: Record<string, string>,
): Promise<UploadState & { asset_id: string; job_id: string }> {
  const url = await send(server, await tokenOf(server), file, metadata, { chunkSize: Number.POSITIVE_INFINITY }).done;
  return (await uploadAt(server, url)) as UploadState & { asset_id: string; job_id: string };
}

/** Waits until the asset is as wanted. */
export function assetWith(server: TestServer, id: string, status: AssetAnswer['status']): Promise<AssetAnswer> {
  return until(
    async () => {
      const asset = await server.api<AssetAnswer>('GET', `/assets/${id}`);
      if (asset.status !== status && asset.status !== 'processing')
        throw new Error(`it is ${asset.status}: ${asset.error}`);
      return asset.status === status && asset;
    },
    `the asset to be ${status}`,
    { seconds: 90 },
  );
}

export function jobOf(server: TestServer, id: string): Promise<JobState> {
  return server.api<JobState>('GET', `/jobs/${id}`);
}

export async function jobLog(server: TestServer, id: string): Promise<string[]> {
  const { data } = await server.api<{ data: { line: string }[] }>('GET', `/jobs/${id}/log?limit=1000`);
  return data.map(({ line }) => line);
}
