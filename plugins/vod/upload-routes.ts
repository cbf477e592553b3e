/** `/v1/uploads`: tus 1.0 with the API's own callers and errors, and what has become of an upload. */
import { ERRORS, Server, type Upload } from '@tus/server';
import { type Caller, LivestreamsError, type RouteAnswer, type RouteRequest, type Routes, Type } from '#plugin-api';
import {
  uploadConflict,
  uploadGone,
  uploadInvalid,
  uploadLimit,
  uploadNotFound,
  uploadTooLarge,
  uploadVersion,
} from './errors.ts';
import { currentRequest, type UploadStore } from './upload-store.ts';
import { newUploadId, type UploadRow, type Uploads } from './uploads.ts';

const PATH = '/v1/uploads';
const BYTES = 'application/offset+octet-stream';

export interface UploadRoutesOptions {
  uploads: Uploads;
  store: UploadStore;
  /** Bytes. */
  maxSize: number;
  /** Of one organization. */
  maxUnfinished: number;
  /** All bytes are there. Called again where that is not sure. */
  finished(upload: UploadRow): Promise<void>;
}

type AnyRequest = Pick<RouteRequest<unknown, unknown, unknown, unknown>, 'headers' | 'stream'>;

export function uploadRoutes(routes: Routes, options: UploadRoutesOptions): void {
  const { uploads, store, maxSize, maxUnfinished, finished } = options;
  /** What each request that tus is at work on failed with. */
  const failures = new WeakMap<object, LivestreamsError>();

  const own = async (id: string, { organizationId }: Caller): Promise<UploadRow> => {
    const row = await uploads.get(id);
    if (row?.organizationId !== organizationId) throw uploadNotFound(`There is no upload ${id}.`);
    return row;
  };

  const server = new Server({
    path: PATH,
    datastore: store,
    maxSize,
    relativeLocation: true,
    // Whether pages of other origins may call is said for the whole API.
    allowedOrigins: [],
    namingFunction: newUploadId,
    async onIncomingRequest(request, id) {
      if (request.method === 'POST') return;
      const row = await own(id, currentRequest.getStore()!.caller);
      if (request.method === 'HEAD' && isComplete(row, await store.getUpload(id))) await finished(row);
    },
    async onUploadCreate(_request, { id, metadata = {}, size = null }) {
      const { organizationId } = currentRequest.getStore()!.caller;
      if (size === 0) throw ERRORS.INVALID_LENGTH;
      const texts = Object.entries(metadata).flat();
      // PostgreSQL keeps none.
      if (texts.some((text) => text?.includes('\0'))) throw uploadInvalid('Upload-Metadata hold a NUL.');
      await store.checkRoom(size ?? 0);
      const oldest = await uploads.add({ id, organizationId, metadata, size }, maxUnfinished);
      if (oldest) {
        const forgotten = new Date(oldest.createdAt.getTime() + store.getExpiration()).toISOString();
        throw uploadLimit(`There are ${maxUnfinished}. The oldest, ${oldest.id}, is forgotten at ${forgotten}.`);
      }
      return {};
    },
    async onUploadFinish(_request, { id }) {
      const row = await uploads.get(id);
      if (row) await finished(row);
      return {};
    },
    onResponseError(request, error) {
      failures.set(request, error instanceof LivestreamsError ? error : refusal(error));
      return undefined;
    },
  });

  /** Lets tus answer, and turns what it refuses into the API's own problems. */
  const tus = async (method: string, path: string, { headers, stream }: AnyRequest, caller: Caller) => {
    const { body, end } = silentBody();
    const request = webRequest(method, path, headers, body);
    const response = await currentRequest.run({ caller, bytes: stream, end }, () => server.handleWeb(request));
    const failure = failures.get(request);
    if (failure) throw withVersion(failure);
    if (response.status >= 400) {
      throw withVersion(refusal({ status_code: response.status, body: await response.text() }));
    }
    return answerOf(response);
  };

  const params = Type.Object({ id: Type.String({ pattern: '^upl_[0-9a-f]{32}$', description: 'Id of the upload.' }) });

  routes.route({
    method: 'POST',
    path: '/uploads',
    summary: 'Begins a resumable upload (tus 1.0, creation); its Location is where the bytes go.',
    access: 'creator',
    bytes: BYTES,
    answers: { 201: null },
    handle: (request) => tus('POST', '', request, request.caller),
  });
  routes.route({
    method: 'HEAD',
    path: '/uploads/:id',
    summary: 'How much of an upload is there (tus 1.0).',
    access: 'creator',
    scope: 'manage',
    params,
    answers: { 200: null },
    handle: (request) => tus('HEAD', `/${request.params.id}`, request, request.caller),
  });
  routes.route({
    method: 'PATCH',
    path: '/uploads/:id',
    summary: 'Sends the next bytes of an upload (tus 1.0).',
    access: 'creator',
    params,
    bytes: BYTES,
    answers: { 204: null },
    handle: (request) => tus('PATCH', `/${request.params.id}`, request, request.caller),
  });
  routes.route({
    method: 'DELETE',
    path: '/uploads/:id',
    summary: 'Gives an unfinished upload up (tus 1.0, termination).',
    access: 'creator',
    params,
    answers: { 204: null },
    handle: (request) => tus('DELETE', `/${request.params.id}`, request, request.caller),
  });
  routes.route({
    method: 'OPTIONS',
    path: '/uploads',
    summary: 'What of tus is spoken here.',
    access: 'anyone',
    answers: { 204: null },
    async handle() {
      const headers = {
        ...{ 'Tus-Resumable': '1.0.0', 'Tus-Version': '1.0.0' },
        ...{ 'Tus-Extension': store.extensions.join(','), 'Tus-Max-Size': String(maxSize) },
      };
      return { status: 204, headers };
    },
  });
  routes.route({
    method: 'GET',
    path: '/uploads/:id',
    summary: 'What has become of an upload.',
    access: 'viewer',
    params,
    answers: {
      200: Type.Object({
        id: Type.String(),
        title: Type.String(),
        size: Type.Union([Type.Integer(), Type.Null()], { description: 'Bytes; null until the client has said.' }),
        offset: Type.Integer({ description: 'Bytes that are there.' }),
        asset_id: Type.Union([Type.String(), Type.Null()], { description: 'Null until all bytes are there.' }),
        job_id: Type.Union([Type.String(), Type.Null()], { description: 'The job that transcodes it.' }),
        created_at: Type.String({ format: 'date-time' }),
      }),
    },
    async handle({ params: { id }, caller }) {
      const row = await own(id, caller);
      const { offset } = await store.getUpload(id);
      const { title, size, assetId, jobId, createdAt } = row;
      const body = { id, title, size, offset, asset_id: assetId, job_id: jobId, created_at: createdAt.toISOString() };
      return { status: 200, body };
    },
  });
}

function isComplete(row: UploadRow, { offset }: Upload): boolean {
  return row.size !== null && offset === row.size && row.jobId === null;
}

/** tus speaks the Fetch standard; only path and header fields count, and whether there is a body. */
function webRequest(method: string, path: string, headers: AnyRequest['headers'], silent: ReadableStream): Request {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') fields.set(name, value);
  const hasBody = method === 'POST' || method === 'PATCH';
  const body = hasBody ? { body: silent, duplex: 'half' as const } : {};
  return new Request(`http://uploads${PATH}${path}`, { method, headers: fields, ...body });
}

/** In place of the bytes, which the store reads itself. */
function silentBody(): { body: ReadableStream; end(): void } {
  let end = () => {};
  const body = new ReadableStream({
    start(controller) {
      end = () => controller.close();
    },
  });
  return { body, end: () => end() };
}

function answerOf(response: Response): RouteAnswer {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !name.startsWith('access-control-') && name !== 'content-length'),
  );
  return { status: response.status, headers };
}

const REFUSALS: Record<number, typeof uploadInvalid> = {
  403: uploadNotFound,
  404: uploadNotFound,
  409: uploadConflict,
  410: uploadGone,
  412: uploadVersion,
  413: uploadTooLarge,
};

/** tus's own errors are plain objects. */
function refusal(error: { status_code?: number; body?: string; message?: string }): LivestreamsError {
  const { status_code: status = 500, body } = error;
  if (status >= 500 && status !== 501) throw error;
  return (REFUSALS[status] ?? uploadInvalid)((body ?? 'It was not understood.').trim());
}

/** tus has every answer name its version, those that refuse included. */
function withVersion(error: LivestreamsError): LivestreamsError {
  error.headers['Tus-Resumable'] = '1.0.0';
  return error;
}
