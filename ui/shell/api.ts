/** The API as the pages call it: paths, bodies and answers are typed by its own document. */
import createClient from 'openapi-fetch';
import type { paths } from './api-schema.ts';

/** Dispatched on `window` when somebody has signed in or out, or acts in another organization. */
export const SIGNED = 'livestreams-signed';

/** `answered(api.GET('/v1/streams/{id}', { params: { path: { id } }, signal }))` */
export const api = createClient<paths>({ baseUrl: '/' });

api.use({
  onRequest({ request }) {
    if (request.method === 'POST') request.headers.set('Idempotency-Key', randomKey());
  },
  onResponse({ request, response }) {
    const asksWho = /^\/v1\/(me$|auth\/)/.test(new URL(request.url).pathname);
    if (response.status === 401 && !asksWho) window.dispatchEvent(new Event(SIGNED));
  },
});

/** `crypto.randomUUID` is only there with HTTPS; a server in one's own network often has none. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('');
}

type AnswerTo<Operation> = Operation extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;
type Got<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? AnswerTo<Operation> : never;
type Posted<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? AnswerTo<Operation> : never;

export type Stream = Got<'/v1/streams/{id}'>;
export type StreamKey = Got<'/v1/streams/{id}/keys'>['data'][number];
export type Session = Got<'/v1/streams/{id}/sessions'>['data'][number];
export type Health = Got<'/v1/streams/{id}/health'>;
export type Job = Got<'/v1/jobs/{id}'>;
export type JobLine = Got<'/v1/jobs/{id}/log'>['data'][number];
export type Profile = Got<'/v1/me'>;
export type Role = Profile['organizations'][number]['role'];
export type ApiKey = Got<'/v1/api-keys'>['data'][number];
export type Asset = Got<'/v1/assets/{id}'>;
export type Member = Got<'/v1/organizations/{id}/members'>['data'][number];
export type Invitation = Got<'/v1/organizations/{id}/invitations'>['data'][number];
export type OpenInvitation = Posted<'/v1/auth/invitation'>;
export type PlaybackToken = Got<'/v1/streams/{id}/playback-tokens'>['data'][number];
export type StorageState = Got<'/v1/storage'>;
