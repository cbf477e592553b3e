/** Storage keys: the only names that storage accepts, safe as paths and as URLs. */
import { storageBadKey } from './errors.ts';

const segment = /^[A-Za-z0-9._-]{1,200}$/;

/** Answers the key; throws `LS_STORAGE_BAD_KEY` for anything that is not one, `..` and absolute paths included. */
export function checkKey(key: string): string {
  const segments = key.split('/');
  const bad = key.length > 1000 || segments.some((name) => !segment.test(name) || name === '.' || name === '..');
  if (bad) throw storageBadKey(`${JSON.stringify(key.slice(0, 200))} is not a storage key.`);
  return key;
}

/** Answers the beginning of a key, which may end within a name; throws as `checkKey`. */
export function checkPrefix(prefix: string): string {
  const cut = prefix.lastIndexOf('/') + 1;
  if (cut > 0) checkKey(prefix.slice(0, cut - 1));
  if (cut < prefix.length) checkKey(prefix.slice(cut));
  return prefix;
}
