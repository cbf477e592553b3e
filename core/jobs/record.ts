/** Writes down what a running job reports, at most once a second however often it reports. */
import type { Kysely } from 'kysely';
import type { JobProgress, Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { Reports } from './reports.ts';

const interval = 1000;
/** A line is for people; a program's whole output is not one. */
const longestLine = 2000;

export interface RunRecordOptions {
  db: Kysely<CoreTables>;
  id: string;
  attempt: number;
  /** Lasting name of the server that runs it. */
  instance: string;
  log: Logger;
  reports: Pick<Reports, 'tell'>;
}

export class RunRecord {
  readonly #db: Kysely<CoreTables>;
  readonly #id: string;
  readonly #attempt: number;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #reports: Pick<Reports, 'tell'>;
  #progress: JobProgress | null = null;
  #lines: { line: string; at: Date }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor({ db, id, attempt, instance, log, reports }: RunRecordOptions) {
    this.#db = db;
    this.#id = id;
    this.#attempt = attempt;
    this.#instance = instance;
    this.#log = log;
    this.#reports = reports;
  }

  /** Takes the record over from earlier tries. */
  async start(): Promise<void> {
    await this.#db
      .updateTable('jobs')
      .set({ attempt: this.#attempt, instance: this.#instance, progress: null })
      .where('id', '=', this.#id)
      .where('attempt', '<', this.#attempt)
      .execute();
    await this.#reports.tell(this.#db, this.#id);
  }

  progress(progress: JobProgress): void {
    this.#progress = progress;
    this.#soon();
  }

  line(line: string): void {
    this.#lines.push({ line: line.slice(0, longestLine), at: new Date() });
    this.#soon();
  }

  /** Writes what is left; resolves when it is written. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#write();
    await this.#writing;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write();
    }, interval);
  }

  #write(): void {
    const progress = this.#progress;
    const lines = this.#lines;
    this.#progress = null;
    this.#lines = [];
    // One after the other, so that neither progress nor lines overtake; a report that cannot be written costs no job.
    this.#writing = this.#writing
      .then(() => this.#store(progress, lines))
      .catch((error: unknown) =>
        this.#log.warn({ err: error, job: this.#id }, 'a report of a job could not be written'),
      );
  }

  async #store(progress: JobProgress | null, lines: { line: string; at: Date }[]): Promise<void> {
    if (progress) {
      await this.#db
        .updateTable('jobs')
        .set({ progress: JSON.stringify(progress) })
        .where('id', '=', this.#id)
        .where('attempt', '=', this.#attempt)
        .execute();
      await this.#reports.tell(this.#db, this.#id);
    }
    if (lines.length > 0) {
      const rows = lines.map(({ line, at }) => ({ job_id: this.#id, attempt: this.#attempt, line, created_at: at }));
      await this.#db.insertInto('job_lines').values(rows).execute();
    }
  }
}
