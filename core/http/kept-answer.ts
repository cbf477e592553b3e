/** An answer as it is kept for repeats of its request: sealed, since it may hold a secret that is shown once. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { RouteAnswer } from '#plugin-api';
import { idempotencyUnreadable } from './errors.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/**
 * Seals status, headers and body.
 * @param key 32 bytes.
 * @param place What the answer belongs to; it opens only with the same, so that a row moved elsewhere is worth nothing.
 */
export function sealAnswer(key: Uint8Array, place: string, { status, headers, body }: RouteAnswer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(JSON.stringify({ status, headers, body })), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Errors: `LS_IDEMPOTENCY_UNREADABLE` where it was sealed with another key or for another place. */
export function openAnswer(key: Uint8Array, place: string, sealed: Uint8Array): RouteAnswer {
  try {
    return JSON.parse(decrypt(key, place, sealed)) as RouteAnswer;
  } catch (error) {
    throw idempotencyUnreadable('It was kept by a server with other secrets.', {}, { cause: error });
  }
}

function decrypt(key: Uint8Array, place: string, sealed: Uint8Array): string {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]).toString();
}
