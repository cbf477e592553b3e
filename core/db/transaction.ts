/** A transaction that others can wait for: what was noted in it runs when it has committed, or has not. */
import { type Kysely, sql } from 'kysely';
import type { CoreTables } from './tables.ts';

type Settled = (committed: boolean) => void;

const waiting = new WeakMap<Kysely<CoreTables>, Settled[]>();

/**
 * Runs `work` in a transaction, then what was noted with `whenSettled`, in the order noted.
 * Within a transaction it joins that one: all commits together or not at all.
 * A commit whose answer is lost counts as not committed.
 */
export async function withTransaction<T>(
  db: Kysely<CoreTables>,
  work: (transaction: Kysely<CoreTables>) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return work(db);
  const noted: Settled[] = [];
  let committed = false;
  try {
    const result = await db.transaction().execute((transaction) => {
      waiting.set(transaction, noted);
      return work(transaction);
    });
    committed = true;
    return result;
  } finally {
    for (const settled of noted) settled(committed);
  }
}

/** Runs `work` so that its failure undoes only what it did itself: the transaction around it goes on. */
export async function withSavepoint<T>(transaction: Kysely<CoreTables>, work: () => Promise<T>): Promise<T> {
  await sql`SAVEPOINT work`.execute(transaction);
  try {
    const result = await work();
    await sql`RELEASE SAVEPOINT work`.execute(transaction);
    return result;
  } catch (error) {
    await sql`ROLLBACK TO SAVEPOINT work`.execute(transaction);
    throw error;
  }
}

/**
 * Notes what is to run when the transaction has ended; `committed` says how. It must not throw.
 * The transaction must be one of `withTransaction`: of any other nobody could tell the end.
 */
export function whenSettled(transaction: Kysely<CoreTables>, settled: Settled): void {
  const noted = waiting.get(transaction);
  if (noted === undefined) throw new TypeError('not a transaction of withTransaction');
  noted.push(settled);
}
