/** What was uploaded lately, kept on this machine for a while: who watches a little behind live does not need the store for it. */
import { link, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkKey } from './keys.ts';
import { localStorage } from './local.ts';

/** A viewer who is five minutes behind sees nothing of an outage of five minutes. */
const KEPT_MS = 10 * 60_000;
const LOOK_MS = 15_000;

export class Recent {
  readonly #folder: string;
  readonly #files: ReturnType<typeof localStorage>;
  /** Until when each is kept, in the order in which they came. */
  readonly #until = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #tidying: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
    this.#files = localStorage(folder);
  }

  /** Forgets what a former process kept. */
  async start(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    this.#timer = setInterval(() => {
      this.#tidying = this.#tidy();
    }, LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#tidying;
  }

  /** Keeps the file of this path under the key, without copying it; the path may go. */
  async keep(key: string, path: string): Promise<void> {
    const kept = join(this.#folder, checkKey(key));
    await mkdir(dirname(kept), { recursive: true });
    await rm(kept, { force: true });
    await link(path, kept);
    this.#until.delete(key);
    this.#until.set(key, Date.now() + KEPT_MS);
  }

  has(key: string): boolean {
    return this.#until.has(key);
  }

  /** Errors: as `Storage.read`. */
  read(key: string, range?: { start: number; end?: number }): Promise<NodeJS.ReadableStream> {
    return this.#files.read(key, range);
  }

  /** Errors: as `Storage.get`. */
  get(key: string): Promise<Buffer> {
    return this.#files.get(key);
  }

  async delete(key: string): Promise<void> {
    if (this.#until.delete(key)) await this.#files.delete(key);
  }

  async #tidy(): Promise<void> {
    const now = Date.now();
    for (const [key, until] of this.#until) {
      if (until > now) return;
      await this.delete(key).catch(() => {
        // It goes with the next start.
      });
    }
  }
}
