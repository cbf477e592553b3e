/** Entity tags (RFC 9110, 8.8.3): what a client has read, and whether it still is so. */
import { createHash } from 'node:crypto';
import type { Version } from '#plugin-api';
import { preconditionFailed } from './errors.ts';

/**
 * The tag of an answer: `"<version>.<body>"`, two digests. The first changes with each edit, and is what `If-Match` is about; the
 * second changes also with what is not edited, as a stream that goes live: only the same whole is `304 Not Modified`.
 */
export function entityTag(version: Version, body: unknown): string {
  return `"${digest(version)}.${digest(body ?? null)}"`;
}

/** Makes the check of an `If-Match`; `*` and none let every version pass. */
export function matcher(ifMatch: string | undefined): (version: Version) => void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return () => {};
  // Compared strongly: a weak tag never matches (8.8.3.2).
  const versions = tags(ifMatch).flatMap(({ weak, opaque }) => (weak ? [] : [opaque.split('.')[0]]));
  return (version) => {
    if (!versions.includes(digest(version)))
      throw preconditionFailed('If-Match names another version than the present one.');
  };
}

/** Whether an `If-None-Match` names the tag; compared weakly (RFC 9110, 13.1.2). */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tags(ifNoneMatch).some(({ opaque }) => `"${opaque}"` === tag);
}

function tags(header: string): { weak: boolean; opaque: string }[] {
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque]) => ({
    weak: weak !== undefined,
    opaque: opaque!,
  }));
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
