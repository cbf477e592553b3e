/** API keys: what programs call with. Shown once, kept as SHA-256, and looked up at each request, so that one that is removed is gone at once. */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Kysely, Selectable } from 'kysely';
import type { Caller, Role, Scope } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { streamNotFound } from '../streams/errors.ts';
import { apiKeyExpiry, apiKeyNotFound } from './errors.ts';

/** `lsk_<40 hexadecimal digits>_<CRC-32 of what stands before>`: 160 random bits, and a form that scanners of code can find. */
const FORM = /^(lsk_[0-9a-f]{40})_([0-9a-f]{8})$/;
/** Milliseconds in which the use of a key is written down once. */
const NOTED_EACH = 60_000;

const ROLES: Record<Scope, Role> = { read: 'viewer', publish: 'creator', manage: 'creator' };

export type ApiKeyRow = Omit<Selectable<CoreTables['api_keys']>, 'key_hash' | 'organization_id'>;

export interface NewApiKey {
  name: string;
  scope: Scope;
  /** The only stream that it is to be for; null for all. */
  streamId: string | null;
  expiresAt: Date | null;
  /** The person who makes it. */
  createdBy: string | null;
}

/** All of it is within one organization: a key of another one is not found. */
export class ApiKeys {
  readonly #db: Kysely<CoreTables>;

  constructor(db: Kysely<CoreTables>) {
    this.#db = db;
  }

  /** Makes a key, which nobody can read again. Errors: `LS_STREAM_NOT_FOUND`, `LS_API_KEY_EXPIRY`. */
  async create(organizationId: string, wanted: NewApiKey): Promise<{ row: ApiKeyRow; key: string }> {
    const { name, scope, streamId, expiresAt, createdBy } = wanted;
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw apiKeyExpiry(`${expiresAt.toISOString()} is in the past.`);
    }
    const { key, hash } = newKey();
    const row = await withTransaction(this.#db, async (transaction) => {
      if (streamId !== null) await holdStream(transaction, organizationId, streamId);
      return transaction
        .insertInto('api_keys')
        .values({
          id: newId('apk'),
          organization_id: organizationId,
          stream_id: streamId,
          key_hash: hash,
          expires_at: expiresAt,
          created_by: createdBy,
          ...{ name, scope },
        })
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
    });
    return { row, key };
  }

  /** Newest first; `after` is the id that the page before ended with. */
  list(organizationId: string, page: { limit: number; after: string | undefined }): Promise<ApiKeyRow[]> {
    let rows = this.#db.selectFrom('api_keys').select(COLUMNS).where('organization_id', '=', organizationId);
    if (page.after !== undefined) rows = rows.where('id', '<', page.after);
    return rows.orderBy('id', 'desc').limit(page.limit).execute();
  }

  /** From then on the key opens nothing. Errors: `LS_API_KEY_NOT_FOUND`. */
  async delete(organizationId: string, id: string): Promise<void> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('api_keys')
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw apiKeyNotFound(`There is no API key ${id}.`);
  }

  /** Who the key stands for; null for one that is unknown, removed or expired. A mistyped one is refused before the database is asked. */
  async find(key: string): Promise<Caller | null> {
    if (!isIntact(key)) return null;
    const found = await this.#living().where('key_hash', '=', hashOf(key)).executeTakeFirst();
    if (!found) return null;
    const { id, last_used_at: lastUsedAt } = found;
    if (lastUsedAt === null || Date.now() - lastUsedAt.getTime() > NOTED_EACH) await this.#noteUse(id);
    return callerOf(found);
  }

  /** Who a key stands for that was shown before; null where it is removed or expired since. */
  async findById(organizationId: string, id: string): Promise<Caller | null> {
    const found = await this.#living()
      .where('id', '=', id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    return found ? callerOf(found) : null;
  }

  #living() {
    return this.#db
      .selectFrom('api_keys')
      .select(['id', 'organization_id', 'scope', 'stream_id', 'last_used_at'])
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date())]));
  }

  async #noteUse(id: string): Promise<void> {
    await this.#db.updateTable('api_keys').set({ last_used_at: new Date() }).where('id', '=', id).execute();
  }
}

const COLUMNS = ['id', 'name', 'scope', 'stream_id', 'created_by', 'expires_at', 'last_used_at', 'created_at'] as const;

function callerOf(
  key: Pick<Selectable<CoreTables['api_keys']>, 'id' | 'organization_id' | 'scope' | 'stream_id'>,
): Caller {
  const { id, organization_id: organizationId, scope, stream_id: streamId } = key;
  return { userId: null, organizationId, role: ROLES[scope], apiKey: { id, scope, streamId } };
}

/** The stream of the organization is there until the transaction ends. Errors: `LS_STREAM_NOT_FOUND`. */
async function holdStream(transaction: Kysely<CoreTables>, organizationId: string, id: string): Promise<void> {
  const stream = await transaction
    .selectFrom('streams')
    .select('id')
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .forKeyShare()
    .executeTakeFirst();
  if (!stream) throw streamNotFound(`There is no stream ${id}.`);
}

/** Whether a bearer's token is meant as an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith('lsk_');
}

function newKey(): { key: string; hash: Buffer } {
  const secret = `lsk_${randomBytes(20).toString('hex')}`;
  const key = `${secret}_${checksum(secret)}`;
  return { key, hash: hashOf(key) };
}

function isIntact(key: string): boolean {
  const [, secret, sum] = FORM.exec(key) ?? [];
  return secret !== undefined && checksum(secret) === sum;
}

function checksum(secret: string): string {
  return crc32(secret).toString(16).padStart(8, '0');
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
