/** The tail of a session: its parts that the ledger does not have yet, on the local disk, so that a killed process loses a part and no segment. */
import { type FileHandle, mkdir, open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#plugin-api';
import type { LedgerWriter } from './ledger.ts';
import type { Part } from './ring.ts';
import { encodeRecord, type SegmentStart } from './tail-records.ts';

/** Segments of a rendition that may wait for a storage that does not take them: what the ring keeps for it (120 s) has no more. */
const MOST_FILES = 120;

/** The parts of all renditions with one sequence number: a file. */
interface TailFile {
  readonly path: string;
  handle: FileHandle | null;
  waiting: Buffer[];
  /** Renditions whose segment is not in the ledger yet. */
  readonly unstored: Set<string>;
  /** All of it is in the ledger, or was given up: the file goes. */
  done: boolean;
  /** A write broke off: what came behind it could not be read. */
  broken: boolean;
}

/** Where a session's tail is. The epoch says who wrote it: of a session that somebody else has taken up nothing is taken from here. */
export function tailFolder(folder: string, { sessionId, epoch }: LedgerWriter): string {
  return join(folder, `${sessionId}.${epoch}`);
}

/**
 * Nothing is flushed: a killed process loses what it has not written, and the system writes the rest. After a power failure the checksums
 * tell what of it is whole. Nothing here rejects: a disk that takes nothing costs what a kill may lose, and no broadcast.
 */
export class Tail {
  readonly #folder: string;
  readonly #log: Logger;
  /** By sequence number, oldest first. */
  readonly #files = new Map<number, TailFile>();
  /** Files with something to do. A file that goes stands before one of the same name that comes. */
  readonly #due = new Set<TailFile>();
  #working: Promise<void> | null = null;
  #made = false;
  #failing = false;
  #closed = false;

  /** @param folder Of the tails of all sessions. */
  constructor(folder: string, writer: LedgerWriter, log: Logger) {
    this.#folder = tailFolder(folder, writer);
    this.#log = log.child({ session: writer.sessionId });
  }

  /** A part of a segment that is being made. */
  add(rendition: string, segment: SegmentStart, part: Part): void {
    if (this.#closed) return;
    const { sequence } = segment;
    let file = this.#files.get(sequence);
    if (!file) {
      const path = join(this.#folder, String(sequence));
      file = { path, handle: null, waiting: [], unstored: new Set(), done: false, broken: false };
      this.#files.set(sequence, file);
      if (this.#files.size > MOST_FILES) this.#letGo(Math.min(...this.#files.keys()));
    }
    file.unstored.add(rendition);
    file.waiting.push(...encodeRecord({ rendition, segment, part }));
    this.#work(file);
  }

  /** The segment is in the ledger: its parts are needed no more. */
  stored(rendition: string, sequence: number): void {
    const file = this.#files.get(sequence);
    if (file?.unstored.delete(rendition) && file.unstored.size === 0) this.#letGo(sequence);
  }

  /** Takes nothing more. What is not in the ledger stays for the next process that starts. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#working) await this.#working;
    for (const file of this.#files.values()) await this.#withoutFailure(() => closeHandle(file));
    if (this.#files.size === 0) await this.#withoutFailure(() => this.#removeEmpty());
  }

  /** Takes nothing more, and leaves nothing: the session has ended, or somebody else has it. */
  async discard(): Promise<void> {
    await this.close();
    this.#files.clear();
    await this.#withoutFailure(() => rm(this.#folder, { recursive: true, force: true }));
  }

  #letGo(sequence: number): void {
    const file = this.#files.get(sequence)!;
    this.#files.delete(sequence);
    file.done = true;
    this.#work(file);
  }

  #work(file: TailFile): void {
    this.#due.add(file);
    this.#working ??= this.#workThrough().finally(() => {
      this.#working = null;
      const [next] = this.#due;
      if (next) this.#work(next);
    });
  }

  async #workThrough(): Promise<void> {
    for (const file of this.#due) {
      this.#due.delete(file);
      if (file.done) await this.#withoutFailure(() => remove(file));
      else if (!file.broken) file.broken = !(await this.#withoutFailure(() => this.#write(file)));
    }
  }

  async #write(file: TailFile): Promise<void> {
    const waiting = file.waiting.splice(0);
    if (!this.#made) await mkdir(this.#folder, { recursive: true });
    this.#made = true;
    file.handle ??= await open(file.path, 'a');
    await file.handle.writev(waiting);
    this.#failing = false;
  }

  async #removeEmpty(): Promise<void> {
    if (!this.#made) return;
    await rmdir(this.#folder);
    this.#made = false;
  }

  /** Answers whether the work was done. Trouble is told once, until something is written again. */
  async #withoutFailure(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!this.#failing)
        this.#log.warn({ err: error }, 'a kill would now cost a whole segment: its parts cannot be kept');
      this.#failing = true;
      return false;
    }
  }
}

async function remove(file: TailFile): Promise<void> {
  file.waiting.length = 0;
  await closeHandle(file);
  await rm(file.path, { force: true });
}

async function closeHandle(file: TailFile): Promise<void> {
  const { handle } = file;
  file.handle = null;
  await handle?.close();
}
