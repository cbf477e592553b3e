/** The secrets of a backup, beside their places until the database has taken its part. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NOT_IN_BACKUPS } from './backup-form.ts';
import { backupDamaged } from './errors.ts';

export class SecretsDraft {
  readonly #folder: string;
  readonly #files = new Map<string, Buffer>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(name: string, bytes: Buffer): void {
    if (!/^[\w.-]+$/.test(name) || NOT_IN_BACKUPS.has(name)) throw backupDamaged(`No secret is called ${name}.`);
    this.#files.set(name, bytes);
  }

  async write(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const [name, bytes] of this.#files) await writeFile(this.#draft(name), bytes, { mode: 0o600 });
  }

  /** Puts them in their places, and removes those that the backup does not have. */
  async take(): Promise<void> {
    for (const name of this.#files.keys()) await rename(this.#draft(name), join(this.#folder, name));
    for (const name of await readdir(this.#folder)) {
      if (!this.#files.has(name) && !NOT_IN_BACKUPS.has(name)) await rm(join(this.#folder, name), { recursive: true });
    }
  }

  async discard(): Promise<void> {
    for (const name of this.#files.keys()) await rm(this.#draft(name), { force: true });
  }

  #draft(name: string): string {
    return join(this.#folder, `${name}.restored`);
  }
}
