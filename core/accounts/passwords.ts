/** Passwords: argon2id, a few at a time, and as slow for an account that does not exist. */
import { hash, verify } from '@node-rs/argon2';
import { loginBusy } from './errors.ts';

/** OWASP's first choice of argon2id parameters (Password Storage Cheat Sheet); argon2id is the library's default. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashing runs on libuv's four threads, which files need too: a flood of logins must leave some of them free. */
const AT_ONCE = 2;
/** Some five seconds of work. Who comes after that would not wait for it anyway. */
const MOST_WAITING = 200;

export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #nobody: Promise<string> | null = null;

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password, PARAMETERS));
  }

  /** Whether the password is the hash's. Null, for no such account, takes as long and is false. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    this.#nobody ??= hash('', PARAMETERS);
    const nobody = await this.#nobody;
    const matches = await this.#inTurn(() => verify(passwordHash ?? nobody, password));
    return matches && passwordHash !== null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= MOST_WAITING) {
      throw loginBusy('Too many others log in at this moment.', { retry_after: 5 });
    }
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is free again.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
