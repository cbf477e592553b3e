/** `livestreams verify`: holds what the database says of media against what is stored, and the other way round. */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { LivestreamsError } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { Stored } from '../storage/stored.ts';

/** Keys that are asked for at once, and objects that are read at once. */
const PAGE = 1000;
const AT_ONCE = 4;

export interface Finding {
  /** Nothing is stored; not the bytes that were stored; stored, and nobody names it. */
  problem: 'missing' | 'altered' | 'orphan';
  key: string;
  /** What in the database names it; null for an orphan. */
  named_by: string | null;
  detail: string;
}

export interface Verification {
  /** What the database names, and the bytes of it that were read. */
  objects: number;
  bytes: number;
  /** What is stored. */
  stored: number;
  findings: Finding[];
}

export interface VerifyOptions {
  db: Kysely<CoreTables>;
  schema: string;
  storage: Stored;
  /** Told now and then how far it is. */
  onProgress(verification: Verification): void;
}

/** A row that names stored bytes, and what it knows of them. */
interface Claim {
  key: string;
  /** A bigint: a text. */
  size: string | null;
  sha256: Buffer | null;
  named_by: string;
}

const CLAIMS = sql`(
  SELECT storage_key AS key, size::bigint, sha256, format('segment %s of %s of %s', sequence, rendition, session_id) AS named_by
  FROM segments
  UNION ALL SELECT storage_key, size::bigint, sha256, format('segment %s of %s of %s', sequence, rendition, asset_id)
  FROM asset_segments
  UNION ALL SELECT storage_key, size, NULL, format('file %s of %s', number, asset_id) FROM asset_files
  UNION ALL SELECT storage_key, size, NULL, format('download %s of %s', number, asset_id) FROM asset_downloads
  UNION ALL SELECT thumbnail_key, NULL, NULL, 'thumbnail of ' || id FROM assets WHERE thumbnail_key IS NOT NULL
  UNION ALL SELECT storyboard_vtt_key, NULL, NULL, 'storyboard of ' || id FROM assets WHERE storyboard_vtt_key IS NOT NULL
  UNION ALL SELECT storyboard_image_key, NULL, NULL, 'storyboard of ' || id FROM assets WHERE storyboard_image_key IS NOT NULL
  UNION ALL SELECT thumbnail_key, NULL, NULL, 'thumbnail of ' || id FROM sessions WHERE thumbnail_key IS NOT NULL
) AS claims`;

/** Reads every segment, so it takes as long as the disk or the store needs for all of them. A server may go on meanwhile. */
export async function verifyMedia(options: VerifyOptions): Promise<Verification> {
  const verification: Verification = { objects: 0, bytes: 0, stored: 0, findings: [] };
  await checkClaims(options, verification);
  await findOrphans(options, verification);
  return verification;
}

async function checkClaims(options: VerifyOptions, verification: Verification): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<Claim>`SELECT * FROM ${CLAIMS} WHERE key > ${after}
      ORDER BY key FETCH FIRST ${sql.lit(PAGE)} ROWS WITH TIES`.execute(options.db);
    const last = rows.at(-1);
    if (!last) return;
    after = last.key;
    const byKey = [...Map.groupBy(rows, ({ key }) => key)];
    verification.objects += byKey.length;
    while (byKey.length > 0) {
      const some = byKey.splice(0, AT_ONCE);
      const found = await Promise.all(some.map(([key, claims]) => checkKey(options, verification, key, claims)));
      verification.findings.push(...found.flat());
      options.onProgress(verification);
    }
  }
}

/** Several rows may name the same bytes: a session's and those of assets that came from it. */
async function checkKey(
  { db, storage }: VerifyOptions,
  verification: Verification,
  key: string,
  claims: Claim[],
): Promise<Finding[]> {
  const look = () => (claims.some(({ sha256 }) => sha256 !== null) ? readHash(storage, key) : storage.stat(key));
  const found: { size: number; sha256?: Buffer } | null = await look();
  if (found?.sha256) verification.bytes += found.size;
  const findings = claims.flatMap((claim) => compare(claim, found));
  if (findings.length === 0) return [];
  // Deleted meanwhile, with the row that named it.
  const { rows } = await sql`SELECT 1 FROM ${CLAIMS} WHERE key = ${key}`.execute(db);
  return rows.length === 0 ? [] : findings;
}

function compare({ key, size, sha256, named_by }: Claim, found: { size: number; sha256?: Buffer } | null): Finding[] {
  if (!found) return [{ problem: 'missing', key, named_by, detail: 'nothing is stored there' }];
  if (size !== null && Number(size) !== found.size) {
    return [{ problem: 'altered', key, named_by, detail: `${found.size} bytes instead of ${size}` }];
  }
  if (sha256 && found.sha256 && !sha256.equals(found.sha256)) {
    return [{ problem: 'altered', key, named_by, detail: 'other bytes than were stored: their SHA-256 differs' }];
  }
  return [];
}

async function readHash(storage: Stored, key: string): Promise<{ size: number; sha256: Buffer } | null> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of await storage.read(key)) {
      hash.update(chunk as Buffer);
      size += chunk.length;
    }
  } catch (error) {
    if (error instanceof LivestreamsError && error.code === 'LS_STORAGE_NOT_FOUND') return null;
    throw error;
  }
  return { size, sha256: hash.digest() };
}

async function findOrphans(options: VerifyOptions, verification: Verification): Promise<void> {
  const naming = await namingColumns(options);
  const check = async (keys: string[]) => {
    for (const key of await unnamed(options, naming, keys)) {
      // Deleted meanwhile, like its row.
      if ((await options.storage.stat(key)) === null) continue;
      verification.findings.push({
        problem: 'orphan',
        key,
        named_by: null,
        detail: 'nothing in the database names it',
      });
    }
    verification.stored += keys.length;
    options.onProgress(verification);
  };
  let keys: string[] = [];
  for await (const { key } of options.storage.list('')) {
    if (keys.push(key) < PAGE) continue;
    await check(keys);
    keys = [];
  }
  await check(keys);
}

interface NamingColumn {
  table: string;
  column: string;
}

/** Where keys are written down: the ledger's columns, pictures, what is about to be deleted, and `storage_key` of plugins' tables. */
async function namingColumns({ db, schema }: VerifyOptions): Promise<NamingColumn[]> {
  const { rows } = await sql<NamingColumn>`
    SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = ${schema} AND data_type = 'text' AND column_name IN
      ('storage_key', 'thumbnail_key', 'storyboard_vtt_key', 'storyboard_image_key')`.execute(db);
  return rows;
}

/** Which of the keys nobody names. Of a session that is live, bytes are stored a moment before their row is there. */
async function unnamed({ db }: VerifyOptions, naming: NamingColumn[], keys: string[]): Promise<string[]> {
  const isNamed = naming.map(
    ({ table, column }) =>
      sql`EXISTS (SELECT FROM ${sql.table(table)} WHERE ${sql.ref(`${table}.${column}`)} = keys.key)`,
  );
  const { rows } = await sql<{ key: string }>`
    SELECT key FROM unnest(${keys}::text[]) AS keys (key)
    WHERE NOT (${sql.join(isNamed, sql` OR `)})
      AND NOT EXISTS (SELECT FROM sessions WHERE id = split_part(keys.key, '/', 2) AND state <> 'ended')
    ORDER BY key`.execute(db);
  return rows.map(({ key }) => key);
}
