/** What a schema holds, as a backup needs it: its tables in an order in which they can be filled, and its sequences. */
import type { PoolClient } from 'pg';

export interface Table {
  name: string;
  /** Those that are stored: what Postgres computes is left out. */
  columns: string[];
}

export interface Sequence {
  name: string;
  /** A bigint: a text. */
  value: string;
  isCalled: boolean;
}

/** Whoever is referred to stands before who refers to it. Partitions are part of their tables. */
export async function readTables(client: PoolClient, schema: string): Promise<Table[]> {
  const { rows: tables } = await client.query<Table>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     GROUP BY c.relname ORDER BY c.relname`,
    [schema],
  );
  const { rows: references } = await client.query<{ name: string; needs: string }>(
    `SELECT c.relname AS name, f.relname AS needs
     FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid
     JOIN pg_class f ON f.oid = k.confrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE k.contype = 'f' AND n.nspname = $1 AND c.oid <> f.oid`,
    [schema],
  );
  return inOrder(tables, references);
}

function inOrder(tables: Table[], references: { name: string; needs: string }[]): Table[] {
  const ordered: Table[] = [];
  const waiting = new Set(tables);
  while (waiting.size > 0) {
    const names = new Set([...waiting].map(({ name }) => name));
    const ready = [...waiting].filter(
      ({ name }) => !references.some((one) => one.name === name && names.has(one.needs)),
    );
    if (ready.length === 0)
      throw new Error(`tables that refer to each other cannot be restored: ${[...names].join(', ')}`);
    for (const table of ready) waiting.delete(table);
    ordered.push(...ready);
  }
  return ordered;
}

export async function readSequences(client: PoolClient, schema: string): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT sequencename AS name FROM pg_sequences WHERE schemaname = $1 ORDER BY sequencename',
    [schema],
  );
  const sequences: Sequence[] = [];
  for (const { name } of rows) {
    const { rows: state } = await client.query<Omit<Sequence, 'name'>>(
      `SELECT last_value AS value, is_called AS "isCalled" FROM ${qualified(client, schema, name)}`,
    );
    sequences.push({ name, ...state[0]! });
  }
  return sequences;
}

export function qualified(client: PoolClient, schema: string, name: string): string {
  return `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
}
