/** What a killed process had of segments that it had not finished: short segments of sessions that nobody has taken up since. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { keepInStep } from './in-step.ts';
import type { LedgerWriter } from './ledger.ts';
import type { Segment } from './ring.ts';
import type { Spool, SpoolSession } from './spool.ts';
import { tailFolder } from './tail.ts';
import { decodeRecords } from './tail-records.ts';

export interface RecoverOptions {
  /** Of the tails of all sessions. */
  folder: string;
  db: Kysely<CoreTables>;
  spool: Spool;
  log: Logger;
}

/** Puts what is left in the folder into storage and the ledger. Before any session is taken up again, which goes on without what cannot be read. */
export async function recoverTails(options: RecoverOptions): Promise<void> {
  for (const writer of await writersIn(options.folder)) {
    try {
      await recoverTail(options, writer);
    } catch (error) {
      options.log.error({ err: error, session: writer.sessionId }, 'what a killed server had begun cannot be kept');
    }
  }
}

async function recoverTail({ folder, db, spool, log }: RecoverOptions, writer: LedgerWriter): Promise<void> {
  const path = tailFolder(folder, writer);
  const recovered = (await isUnchanged(db, writer)) ? await missing(db, writer, await readTail(path, log)) : [];
  if (recovered.length > 0) {
    await store(spool, writer, recovered);
    log.info({ session: writer.sessionId, segments: recovered.length }, 'what a killed server had begun is kept');
  }
  await rm(path, { recursive: true, force: true });
}

type Recovered = { rendition: string; segment: Segment };

async function writersIn(folder: string): Promise<LedgerWriter[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => {
    const [, sessionId, epoch] = /^(ses_\w+)\.(\d+)$/.exec(name) ?? [];
    return sessionId === undefined ? [] : [{ sessionId, epoch: Number(epoch) }];
  });
}

/** Whether the session is as the killed process left it: not ended, and taken up by nobody. */
async function isUnchanged(db: Kysely<CoreTables>, { sessionId, epoch }: LedgerWriter): Promise<boolean> {
  const session = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('epoch', '=', epoch)
    .where('state', '<>', 'ended')
    .executeTakeFirst();
  return session !== undefined;
}

/** All that the files have, in the order of the sequence numbers. */
async function readTail(path: string, log: Logger): Promise<Recovered[]> {
  const sequences = (await readdir(path)).map(Number).sort((a, b) => a - b);
  const found: Recovered[] = [];
  for (const sequence of sequences) {
    const segments = new Map<string, Segment>();
    const file = await readFile(join(path, String(sequence)));
    let whole = 0;
    for (const { rendition, segment: start, part, end } of decodeRecords(file)) {
      let segment = segments.get(rendition);
      if (!segment) {
        segment = { ...start, duration: 0, size: 0, complete: true, parts: [], storageKey: null };
        segments.set(rendition, segment);
      }
      segment.parts!.push(part);
      segment.duration += part.duration;
      segment.size += part.bytes.length;
      whole = end;
    }
    if (whole < file.length) log.warn({ path, sequence }, 'the end of a tail is torn; it is left out');
    for (const [rendition, segment] of segments) found.push({ rendition, segment });
  }
  return found;
}

/** What the ledger has not, and can have: a rendition's segments follow each other, and refer to an initialization section. */
async function missing(db: Kysely<CoreTables>, { sessionId }: LedgerWriter, found: Recovered[]): Promise<Recovered[]> {
  const inits = await db
    .selectFrom('inits')
    .select(['rendition', 'number', 'kind', 'listed'])
    .where('session_id', '=', sessionId)
    .execute();
  const known = new Map(inits.map((init) => [`${init.rendition} ${init.number}`, init]));
  const offered = new Set(inits.filter(({ listed }) => listed).map(({ rendition }) => rendition));
  const { last, seconds } = await ledgerSince(db, sessionId, found[0]?.segment.sequence ?? 0);
  const kept: Recovered[] = [];
  for (const sequence of new Set(found.map(({ segment }) => segment.sequence))) {
    const begun = found.flatMap(({ rendition, segment }) => {
      const init = known.get(`${rendition} ${segment.init}`);
      const before = last.get(rendition) ?? sequence - 1;
      if (segment.sequence !== sequence || init === undefined || before !== sequence - 1) return [];
      return [{ rendition, kind: init.kind, listed: init.listed, segment }];
    });
    const has = (name: string) =>
      (last.get(name) ?? -1) >= sequence || begun.some(({ rendition }) => rendition === name);
    const someLack = ![...offered].every(has);
    for (const { rendition, segment } of keepInStep(begun, seconds.get(sequence) ?? null, someLack)) {
      kept.push({ rendition, segment });
      last.set(rendition, sequence);
    }
  }
  return kept;
}

/** The newest number of each rendition, and how long the pictures that viewers are offered are, by number. */
async function ledgerSince(db: Kysely<CoreTables>, sessionId: string, sequence: number) {
  const newest = await db
    .selectFrom('segments')
    .select(({ fn }) => ['rendition', fn.max('sequence').as('sequence')])
    .where('session_id', '=', sessionId)
    .groupBy('rendition')
    .execute();
  const durations = await db
    .selectFrom('segments')
    .innerJoin('inits', (join) =>
      join
        .onRef('inits.session_id', '=', 'segments.session_id')
        .onRef('inits.rendition', '=', 'segments.rendition')
        .onRef('inits.number', '=', 'segments.init'),
    )
    .select(['segments.sequence', 'segments.duration'])
    .where('segments.session_id', '=', sessionId)
    .where('segments.sequence', '>=', sequence)
    .where('inits.kind', '=', 'video')
    .where('inits.listed', '=', true)
    .execute();
  return {
    last: new Map(newest.map((row) => [row.rendition, row.sequence])),
    seconds: new Map(durations.map((row) => [row.sequence, row.duration])),
  };
}

async function store(spool: Spool, writer: LedgerWriter, recovered: Recovered[]): Promise<void> {
  const session: SpoolSession = { ...writer, onStored: () => undefined, onTrouble: () => undefined };
  for (const { rendition, segment } of recovered) spool.add(session, rendition, segment);
  await spool.settled(session);
  spool.forget(session);
}
