/**
 * Reaches the process that runs a job, to cancel it at once: pg-boss alone tells a running job only at its next heartbeat.
 * The word goes by NOTIFY, to this process too, so there is one way for all.
 */
import type { Db } from 'pg-boss';
import type { Logger } from '#plugin-api';

/** The reason that a cancelled job's signal aborts with. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';

  constructor(id: string) {
    super(`job ${id} was cancelled`);
  }
}

export class Cancellations {
  readonly #running = new Map<string, AbortController>();
  readonly #db: Db;
  readonly #channel: string;
  readonly #log: Logger;
  #listening: { close(): Promise<void> } | null = null;

  constructor({ db, channel, log }: { db: Db; channel: string; log: Logger }) {
    this.#db = db;
    this.#channel = channel;
    this.#log = log;
  }

  /** Starts to listen. `isCancelled` is asked of each running job when the connection was lost and is back. */
  async start(isCancelled: (id: string) => Promise<boolean>): Promise<void> {
    if (this.#db.listen === undefined) throw new TypeError("pg-boss's own pool can listen");
    const recheck = async () => {
      for (const id of this.#running.keys()) if (await isCancelled(id)) this.#abort(id);
    };
    this.#listening = await this.#db.listen(
      this.#channel,
      (id) => this.#abort(id),
      () =>
        void recheck().catch((error: unknown) =>
          this.#log.warn({ err: error }, 'cancelled jobs could not be looked up'),
        ),
    );
  }

  /** A controller that aborts when the job is cancelled; `forget` it when the job has ended. */
  watch(id: string): AbortController {
    const controller = new AbortController();
    this.#running.set(id, controller);
    return controller;
  }

  forget(id: string): void {
    this.#running.delete(id);
  }

  async tell(id: string): Promise<void> {
    await this.#db.executeSql('SELECT pg_notify($1, $2)', [this.#channel, id]);
  }

  async stop(): Promise<void> {
    await this.#listening?.close();
  }

  #abort(id: string): void {
    this.#running.get(id)?.abort(new JobCancelled(id));
  }
}
