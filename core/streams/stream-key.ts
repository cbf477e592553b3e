/** Stream keys: 160 random bits, shown once, kept as SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { isId } from '../ids.ts';

export type StreamRow = Selectable<CoreTables['streams']>;

/** Looked up where the id cannot be one, so that such an attempt takes the same way, and time, as a wrong key. */
const NO_STREAM = `str_${'0'.repeat(32)}`;

export function newStreamKey(): { key: string; hash: Buffer } {
  const key = randomBytes(20).toString('base64url');
  return { key, hash: hashStreamKey(key) };
}

function hashStreamKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * The stream and key that this pair stands for, or null: for an unknown stream, a wrong key and an expired one alike, with
 * the same queries and as many comparisons. Notes the use of the key.
 */
export async function verifyStreamKey(
  db: Kysely<CoreTables>,
  streamId: string,
  key: string,
): Promise<{ stream: StreamRow; keyId: string } | null> {
  const id = isId('str', streamId) ? streamId : NO_STREAM;
  const hash = hashStreamKey(key);
  const keys = await db
    .selectFrom('stream_keys')
    .select(['id', 'key_hash', 'expires_at'])
    .where('stream_id', '=', id)
    .execute();
  const stream = await db.selectFrom('streams').selectAll().where('id', '=', id).executeTakeFirst();
  let keyId: string | null = null;
  for (const candidate of keys) {
    const matches = timingSafeEqual(candidate.key_hash, hash);
    const valid = candidate.expires_at === null || candidate.expires_at.getTime() > Date.now();
    if (matches && valid) keyId = candidate.id;
  }
  if (keyId === null || stream === undefined) return null;
  await db.updateTable('stream_keys').set({ last_used_at: new Date() }).where('id', '=', keyId).execute();
  return { stream, keyId };
}
