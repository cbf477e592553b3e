/**
 * What is in a backup. In this order: `manifest.json`; the rows of each table in pieces, `tables/<schema>/<table>/<n>`, as
 * COPY writes them; `secrets/<name>`; `end.json`, without which it is not whole.
 */
import type { AppliedMigration } from '../db/migrate.ts';
import type { Sequence, Table } from './tables.ts';

/** Raised when a program could no longer read what an older one wrote. */
export const FORMAT = 1;

/** `core`: the server's tables and its plugins'. `jobs`: those of the queue, which makes them itself. */
export const SCHEMAS = ['core', 'jobs'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

export interface Manifest {
  format: number;
  created_at: string;
  /** Of the program that wrote it. */
  version: string;
  /** Which migrations had made the tables, by owner. */
  migrations: Record<string, AppliedMigration[]>;
  /** Version of the queue's own tables; null where no server has run yet. */
  queue_version: number | null;
  /** In the order in which they can be filled. */
  tables: Record<SchemaName, Table[]>;
}

export interface End {
  /** Rows by `<schema>/<table>`. */
  rows: Record<string, number>;
  sequences: Record<SchemaName, Sequence[]>;
}

/** The password of the embedded Postgres is its cluster's, and no other one's. */
export const NOT_IN_BACKUPS: ReadonlySet<string> = new Set(['postgres']);

export function schemaNames(schema: string): Record<SchemaName, string> {
  return { core: schema, jobs: `${schema}_jobs` };
}
