/** The plugin's own rows: each upload, from its first byte to the end of its transcode. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { AssetSegment, Container, FileFacts, Host, PipelinePlan, RungName, TableMap } from '#plugin-api';

/** What is made of a file. */
export interface Plan {
  container: Container;
  facts: FileFacts;
  plan: PipelinePlan;
}

/** A segment's row as JSON has it. */
export type KeptSegment = Omit<AssetSegment, 'sha256'> & { sha256: string };

export interface Progress {
  /** The try that writes. One that was given up for dead, and is not, must not write over its successor. */
  attempt: number;
  /** The next segment to be made: its number, and where it begins in seconds. */
  next: { sequence: number; time: number };
  /** Those of the segment before: they are put into the asset after this was written. */
  pending: KeptSegment[];
  /** Number and sum of the newest initialization section of each rendition. */
  inits: Record<string, { number: number; sha256: string }>;
}

declare module '#plugin-api' {
  interface TableMap {
    vod_uploads: {
      id: string;
      organization_id: string;
      title: string;
      metadata: Record<string, string | null>;
      /** bigint: a text. */
      size: string | null;
      storage_key: string;
      created_at: Date;
      finished_at: Date | null;
      asset_id: string | null;
      job_id: string | null;
      refusal: string | null;
      plan: Plan | null;
      progress: Progress | null;
    };
  }
}

export type VodHost = Host<VodSettings>;

export interface VodSettings {
  ladder: RungName[];
  preset: string;
  maxSize: number;
  maxDuration: number;
  maxUnfinished: number;
  expiry: number;
  concurrency: number;
}

export interface UploadRow {
  id: string;
  organizationId: string;
  title: string;
  metadata: Record<string, string | null>;
  size: number | null;
  storageKey: string;
  createdAt: Date;
  finishedAt: Date | null;
  assetId: string | null;
  jobId: string | null;
  refusal: string | null;
  plan: Plan | null;
  progress: Progress | null;
}

const TITLE_LENGTH = 200;

export function newUploadId(): string {
  return `upl_${randomBytes(16).toString('hex')}`;
}

/** From `title`, else the file's name without its ending. */
export function titleOf(metadata: Record<string, string | null>): string {
  const name = metadata.filename ?? metadata.name ?? '';
  const given = metadata.title || name.replace(/\.[a-z0-9]{1,5}$/i, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a title.
  const clean = given.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return clean.toWellFormed().slice(0, TITLE_LENGTH) || 'Untitled';
}

export class Uploads {
  readonly #db: Host['db'];

  constructor(db: Host['db']) {
    this.#db = db;
  }

  /** Adds it and answers null, unless its organization has `most` that are unfinished: then the answer is the oldest of these. */
  add(
    { id, organizationId, metadata, size }: Pick<UploadRow, 'id' | 'organizationId' | 'metadata' | 'size'>,
    most: number,
  ): Promise<Pick<UploadRow, 'id' | 'createdAt'> | null> {
    return this.#db.transaction().execute(async (tx) => {
      // One after the other: two at once would both find the last place free.
      const lock = `vod uploads ${organizationId}`;
      await sql`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx);
      const unfinished = await tx
        .selectFrom('vod_uploads')
        .select(['id', 'created_at as createdAt'])
        .where('organization_id', '=', organizationId)
        .where('finished_at', 'is', null)
        .orderBy('created_at')
        .limit(most)
        .execute();
      if (unfinished.length === most) return unfinished[0]!;
      await tx
        .insertInto('vod_uploads')
        .values({
          ...{ id, organization_id: organizationId, title: titleOf(metadata), metadata },
          ...{ size: size === null ? null : String(size), storage_key: `uploads/${id}`, created_at: new Date() },
        })
        .execute();
      return null;
    });
  }

  get(id: string): Promise<UploadRow | null> {
    return this.#one('id', id);
  }

  ofJob(jobId: string): Promise<UploadRow | null> {
    return this.#one('job_id', jobId);
  }

  ofAsset(assetId: string): Promise<UploadRow | null> {
    return this.#one('asset_id', assetId);
  }

  async set(
    id: string,
    values: Partial<Pick<UploadRow, 'size' | 'finishedAt' | 'jobId' | 'refusal' | 'plan'>>,
  ): Promise<void> {
    const { size, finishedAt, jobId, refusal, plan } = values;
    await this.#db
      .updateTable('vod_uploads')
      .set({
        ...(size === undefined ? {} : { size: size === null ? null : String(size) }),
        ...(finishedAt === undefined ? {} : { finished_at: finishedAt }),
        ...(jobId === undefined ? {} : { job_id: jobId }),
        ...(refusal === undefined ? {} : { refusal }),
        ...(plan === undefined ? {} : { plan }),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Writes down how far it is. Throws where a later try has begun. */
  async advance(id: string, progress: Progress): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('vod_uploads')
      .set({ progress })
      .where('id', '=', id)
      .where(sql<boolean>`coalesce((progress->>'attempt')::integer, 0) <= ${progress.attempt}`)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new Error('Another try goes on with this upload, or it was deleted.');
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('vod_uploads').where('id', '=', id).execute();
  }

  /** Gives the upload its asset. False where it has one already. */
  async claim(id: string, assetId: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('vod_uploads')
      .set({ asset_id: assetId })
      .where('id', '=', id)
      .where('asset_id', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Uploads without a job: on their way, given up, or left by a server that was killed at their end. */
  async withoutJob(): Promise<UploadRow[]> {
    const rows = await this.#db.selectFrom('vod_uploads').selectAll().where('job_id', 'is', null).execute();
    return rows.map(toUpload);
  }

  /** Uploads whose bytes were all there before then. */
  async finishedBefore(time: Date): Promise<UploadRow[]> {
    const rows = await this.#db.selectFrom('vod_uploads').selectAll().where('finished_at', '<', time).execute();
    return rows.map(toUpload);
  }

  async #one(column: 'id' | 'job_id' | 'asset_id', value: string): Promise<UploadRow | null> {
    const row = await this.#db.selectFrom('vod_uploads').selectAll().where(column, '=', value).executeTakeFirst();
    return row ? toUpload(row) : null;
  }
}

function toUpload(row: TableMap['vod_uploads']): UploadRow {
  return {
    ...{ id: row.id, organizationId: row.organization_id, title: row.title, metadata: row.metadata },
    ...{ size: row.size === null ? null : Number(row.size), storageKey: row.storage_key, createdAt: row.created_at },
    ...{ finishedAt: row.finished_at, assetId: row.asset_id, jobId: row.job_id, refusal: row.refusal },
    ...{ plan: row.plan, progress: row.progress },
  };
}
