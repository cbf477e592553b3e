/** Runs what keeps storage in order: every minute, and at once after something was deleted. */
import type { Kysely } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import type { Garbage } from './garbage.ts';
import { judge, type Level } from './guard.ts';
import type { Retention } from './retention.ts';
import type { Space, SpaceWatch } from './space.ts';

const EVERY_MS = 60_000;
/** The disk is looked at more often: it may fill within minutes. */
const MEASURE_MS = 10_000;
/** After a deletion others often follow: a sweep waits for so long, to take them all. */
const WAKE_MS = 500;

export interface KeeperOptions {
  db: Kysely<CoreTables>;
  events: Pick<EventLog, 'append' | 'on'>;
  garbage: Garbage;
  retention: Retention;
  space: SpaceWatch;
  /** Bytes that are kept free for live. */
  reserved: number;
  log: Logger;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #undos: (() => void)[] = [];
  #level: Level = 'enough';
  #measured: Space | null = null;
  #waking: NodeJS.Timeout | null = null;
  /** One thing at a time. */
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** How much space there is; null before it was measured first. */
  get space(): Space | null {
    return this.#measured;
  }

  get level(): Level {
    return this.#level;
  }

  async start(): Promise<void> {
    const { events } = this.#options;
    await this.look();
    const timers = [
      setInterval(() => this.#work(() => this.#tidy()), EVERY_MS),
      setInterval(() => this.#work(() => this.#measure()), MEASURE_MS),
    ];
    for (const timer of timers) this.#undos.push(() => clearInterval(timer));
    for (const type of ['asset.deleted', 'stream.deleted', 'session.ended'] as const)
      this.#undos.push(events.on(type, () => this.wake()));
    this.wake();
  }

  /** Something was deleted: its bytes go soon. */
  wake(): void {
    if (this.#stopped) return;
    this.#waking ??= setTimeout(() => {
      this.#waking = null;
      this.#work(() => this.#tidy());
    }, WAKE_MS).unref();
  }

  /** Measures the disk now; resolves when what follows from that is done. */
  async look(): Promise<void> {
    this.#work(() => this.#measure());
    await this.#working;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#waking) clearTimeout(this.#waking);
    for (const undo of this.#undos) undo();
    await this.#working;
  }

  #work(task: () => Promise<void>): void {
    this.#working = this.#working.then(task).catch((error: unknown) => {
      if (!this.#stopped) this.#options.log.error({ err: error }, 'storage could not be tidied; trying again');
    });
  }

  async #tidy(): Promise<void> {
    if (this.#stopped) return;
    await this.#options.retention.run();
    await this.#options.garbage.sweep();
  }

  async #measure(): Promise<void> {
    if (this.#stopped) return;
    const { space, reserved, retention, garbage } = this.#options;
    this.#measured = await space.measure();
    const before = this.#level;
    this.#level = judge(this.#measured, reserved, before);
    if (this.#level !== before) await this.#announce(this.#level, this.#measured);
    // One after the other, each looked at before the next: no more goes than must.
    while (this.#level === 'full' && !this.#stopped && (await retention.dropOldestUnrecorded())) {
      await garbage.sweep();
      this.#measured = await space.measure();
      this.#level = judge(this.#measured, reserved, 'full');
      if (this.#level !== 'full') await this.#announce(this.#level, this.#measured);
    }
  }

  /** To every organization: they share the disk. */
  async #announce(level: Level, { free, secondsToFull }: Space): Promise<void> {
    const { db, events, log } = this.#options;
    const data = { level, free_bytes: free, seconds_to_full: secondsToFull };
    if (level === 'enough') log.info(data, 'the disk has enough space again');
    else log.warn(data, level === 'full' ? 'the disk is nearly full: only live is taken' : 'the disk is filling up');
    const organizations = await db.selectFrom('organizations').select('id').execute();
    for (const { id: organizationId } of organizations) {
      await events.append({ type: 'storage.space', organizationId, data });
    }
  }
}
