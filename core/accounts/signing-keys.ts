/** The keys that sign tokens: Ed25519, one that signs and those before it, from files that servers on one machine share or from the environment. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { configInvalid } from '../errors.ts';

/** RFC 8037, 3.1. No token of another algorithm is looked at. */
export const ALGORITHM = 'EdDSA';
/** Seconds that a token may live at most. For so long a key is good after the one that took its place was made. */
export const LONGEST_LIFE = 7 * 24 * 60 * 60;

/** Milliseconds after which the files are looked at again: a new key signs everywhere by then, and a deleted one is good for nothing. */
const TRUSTED_FOR = 60_000;
const FILE = /^signing-key\.(\d+)\.jwk$/;

interface Key {
  id: string;
  private: CryptoKey;
  public: CryptoKey;
  jwk: JWK;
}

/** Newest first: the first one signs. Never empty. */
type Ring = readonly [Key, ...Key[]];

export interface SigningKeysOptions {
  dataDir: string;
  /** A JWK set (RFC 7517, 5) of private keys, the first of which signs; null for the files of the data folder. */
  given: string | null;
}

export class SigningKeys {
  readonly #read: (() => Promise<Ring>) | null;
  #ring: Ring;
  #readAt = Date.now();
  #reading: Promise<void> | null = null;

  private constructor(ring: Ring, read: (() => Promise<Ring>) | null) {
    this.#ring = ring;
    this.#read = read;
  }

  /** Makes the first key where the data folder has none. Throws `LS_CONFIG_INVALID` for a given set that is none. */
  static async open({ dataDir, given }: SigningKeysOptions): Promise<SigningKeys> {
    if (given !== null) return new SigningKeys(await readSet(given), null);
    if ((await keyFiles(dataDir)).length === 0) await makeKey(dataDir);
    const read = () => readFiles(dataDir);
    return new SigningKeys(await read(), read);
  }

  /** The key that signs now. */
  async current(): Promise<{ id: string; key: CryptoKey }> {
    await this.#refresh();
    const [{ id, private: key }] = this.#ring;
    return { id, key };
  }

  /** The public key of this id; null where there is none, or none any more. An unknown id may be of a key just made elsewhere. */
  async find(id: string): Promise<CryptoKey | null> {
    await this.#refresh();
    const known = this.#ring.find((key) => key.id === id);
    if (known) return known.public;
    await this.#reread();
    return this.#ring.find((key) => key.id === id)?.public ?? null;
  }

  /** The public keys, for others to verify with (RFC 7517, 5): those of this moment, since others keep them for a while. */
  async published(): Promise<{ keys: JWK[] }> {
    await this.#reread();
    return { keys: this.#ring.map(({ jwk }) => jwk) };
  }

  async #refresh(): Promise<void> {
    if (Date.now() - this.#readAt > TRUSTED_FOR) await this.#reread();
  }

  /** Many who ask at once share one look at the files. */
  async #reread(): Promise<void> {
    if (this.#read === null) return;
    this.#reading ??= this.#read()
      .then((ring) => {
        this.#ring = ring;
        this.#readAt = Date.now();
      })
      .finally(() => {
        this.#reading = null;
      });
    await this.#reading;
  }
}

/**
 * Makes a new key, which running servers sign with within a minute, and removes keys that no living token is signed by.
 * Answers the ids of the keys that are good now, the new one first.
 */
export async function rotateKeys(dataDir: string): Promise<string[]> {
  await makeKey(dataDir);
  const files = await keyFiles(dataDir);
  const former = files.slice(livingKeys(files).length);
  for (const { name } of former) await rm(join(folderOf(dataDir), name));
  return (await readFiles(dataDir)).map(({ id }) => id);
}

interface KeyFile {
  name: string;
  /** Milliseconds since 1970. */
  madeAt: number;
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'secrets');
}

/** Newest first. */
async function keyFiles(dataDir: string): Promise<KeyFile[]> {
  const folder = folderOf(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return (await readdir(folder))
    .flatMap((name) => {
      const madeAt = FILE.exec(name)?.[1];
      return madeAt === undefined ? [] : [{ name, madeAt: Number(madeAt) }];
    })
    .sort((one, other) => other.madeAt - one.madeAt);
}

/** Those of which a token may still live: the newest, and all whose successor signs for less time than a token may live. */
function livingKeys(files: KeyFile[]): KeyFile[] {
  const since = Date.now() - LONGEST_LIFE * 1000 - TRUSTED_FOR;
  return files.filter((_, index) => index === 0 || files[index - 1]!.madeAt > since);
}

async function readFiles(dataDir: string): Promise<Ring> {
  const files = livingKeys(await keyFiles(dataDir));
  const keys = await Promise.all(
    files.map(async ({ name }) => {
      const file = join(folderOf(dataDir), name);
      try {
        return await toKey(JSON.parse(await readFile(file, 'utf8')) as JWK);
      } catch (error) {
        throw new Error(`${file} holds no signing key; restore it, or delete it.`, { cause: error });
      }
    }),
  );
  if (!isRing(keys)) throw new Error(`${folderOf(dataDir)} holds no signing key any more; start the server anew.`);
  return keys;
}

async function makeKey(dataDir: string): Promise<void> {
  const [newest] = await keyFiles(dataDir);
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const id = await calculateJwkThumbprint(jwk);
  // A clock that was put back must not make the new key an old one.
  const madeAt = Math.max(Date.now(), (newest?.madeAt ?? 0) + 1);
  const file = join(folderOf(dataDir), `signing-key.${madeAt}.jwk`);
  // Written whole beside it, then linked: nobody reads half a key.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify({ ...jwk, kid: id })}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } finally {
    await rm(draft);
  }
}

async function readSet(text: string): Promise<Ring> {
  try {
    const { keys } = JSON.parse(text) as { keys: JWK[] };
    const ring = await Promise.all(keys.map(toKey));
    if (isRing(ring)) return ring;
  } catch {
    // The reason may quote the key.
  }
  throw configInvalid(
    'Setting /signingKeys: expected a JWK set of private Ed25519 keys, {"keys":[{"kty":"OKP","crv":"Ed25519","x":…,"d":…}]}.',
  );
}

function isRing(keys: Key[]): keys is [Key, ...Key[]] {
  return keys.length > 0;
}

async function toKey({ kty, crv, x, d, kid }: JWK): Promise<Key> {
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined || d === undefined)
    throw new TypeError('not an Ed25519 key');
  const id = kid ?? (await calculateJwkThumbprint({ kty, crv, x }));
  return {
    id,
    private: (await importJWK({ kty, crv, x, d }, ALGORITHM)) as CryptoKey,
    public: (await importJWK({ kty, crv, x }, ALGORITHM)) as CryptoKey,
    jwk: { kty, crv, x, kid: id, alg: ALGORITHM, use: 'sig' },
  };
}
