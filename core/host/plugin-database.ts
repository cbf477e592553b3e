/** The database as a plugin sees it: its own tables, and no door to the pool. */
import type { Kysely, KyselyPlugin, RootOperationNode } from 'kysely';
import type { TableMap } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { pluginInvalid } from '../errors.ts';
import { tablePrefix } from './prefixes.ts';

/**
 * A Kysely that refuses queries on tables of others with `LS_PLUGIN_INVALID`. It holds against mistakes, not against malice: SQL
 * written by hand is not looked into, and a plugin runs in this process anyway.
 */
export function pluginDatabase(kysely: Kysely<CoreTables>, plugin: string): Kysely<TableMap> {
  const prefix = tablePrefix(plugin);
  const wall: KyselyPlugin = {
    transformQuery({ node }) {
      const foreign = tablesIn(node).find((table) => !table.startsWith(prefix));
      if (foreign !== undefined) {
        throw pluginInvalid(
          `Plugin ${plugin} queries the table ${foreign}; it may use those that begin with ${prefix}.`,
        );
      }
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const database = kysely.withPlugin(wall) as unknown as Kysely<TableMap>;
  database.destroy = () => Promise.reject(pluginInvalid(`Plugin ${plugin} would close the database of all.`));
  return database;
}

interface AnyNode {
  kind: string;
  [member: string]: unknown;
}

/** Names of the tables that a query reads or writes, without those that it defines itself (`WITH x AS …`). */
function tablesIn(root: RootOperationNode): string[] {
  const tables = new Set<string>();
  const own = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as AnyNode;
    // References name a table, or an alias, that stands elsewhere in the query.
    if (node.kind === 'ReferenceNode') return;
    if (node.kind === 'TableNode') tables.add(tableName(node));
    if (node.kind === 'CommonTableExpressionNameNode') own.add(tableName(node.table as AnyNode));
    else for (const member of Object.values(node)) visit(member);
  };
  visit(root);
  return [...tables].filter((table) => !own.has(table));
}

function tableName(node: AnyNode): string {
  const { schema, identifier } = node.table as { schema?: { name: string }; identifier: { name: string } };
  return schema ? `${schema.name}.${identifier.name}` : identifier.name;
}
