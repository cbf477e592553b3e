/** How often somebody may try to get in. Each is counted by address, by account, or by both together. */
import type { Counted, Limit, Limits } from '../limits/index.ts';
import { addressSubject } from '../limits/index.ts';

export class AccountLimits {
  readonly #loginAddress: Limit;
  readonly #login: Limit;
  readonly #loginAccount: Limit;
  readonly #refreshAddress: Limit;
  readonly #refreshAccount: Limit;
  readonly #link: Limit;
  readonly #password: Limit;

  constructor(limits: Limits) {
    this.#loginAddress = limits.limit('login-address', { points: 100, seconds: 60 });
    // The narrowest is for one address on one account: it holds a guesser back, and nobody who sits elsewhere.
    this.#login = limits.limit('login', { points: 10, seconds: 60 });
    // Wide, for it keeps the account's own person out too: only against guesses from many addresses.
    this.#loginAccount = limits.limit('login-account', { points: 100, seconds: 900 });
    this.#refreshAddress = limits.limit('refresh-address', { points: 600, seconds: 60 });
    this.#refreshAccount = limits.limit('refresh-account', { points: 120, seconds: 60 });
    this.#link = limits.limit('link', { points: 20, seconds: 60 });
    this.#password = limits.limit('password', { points: 10, seconds: 60 });
  }

  /** A password is tried. */
  login(email: string, remoteAddress: string): Counted[] {
    const from = addressSubject(remoteAddress);
    const account = email.toLowerCase();
    return [
      { limit: this.#loginAddress, subject: from },
      { limit: this.#login, subject: `${from} ${account}` },
      { limit: this.#loginAccount, subject: account },
    ];
  }

  refreshFrom(remoteAddress: string): Counted[] {
    return [{ limit: this.#refreshAddress, subject: addressSubject(remoteAddress) }];
  }

  refreshOf(userId: string): Counted[] {
    return [{ limit: this.#refreshAccount, subject: userId }];
  }

  /** The token of a one-time link is tried: of the set-up, or of an invitation. */
  link(remoteAddress: string): Counted[] {
    return [{ limit: this.#link, subject: addressSubject(remoteAddress) }];
  }

  /** The current password is tried by somebody who is signed in. */
  password(userId: string): Counted[] {
    return [{ limit: this.#password, subject: userId }];
  }
}
