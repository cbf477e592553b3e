/** Which segments of the ledger are still what they were: a power failure may have cost those that were stored last. */
import { createHash } from 'node:crypto';
import type { Host, SessionSegment } from '#plugin-api';

/** Leaves out those whose bytes are missing or damaged, and says so. Rejects where storage does not answer. */
export async function wholeSegments(
  { storage, log }: Pick<Host, 'storage' | 'log'>,
  segments: readonly SessionSegment[],
): Promise<SessionSegment[]> {
  const whole: SessionSegment[] = [];
  for (const segment of segments) {
    if (await isWhole(storage, segment)) whole.push(segment);
    else log.warn({ key: segment.storageKey }, 'a segment was lost from storage; the recording goes on without it');
  }
  return whole;
}

async function isWhole(storage: Host['storage'], { storageKey, size, sha256 }: SessionSegment): Promise<boolean> {
  if ((await storage.stat(storageKey))?.size !== size) return false;
  const bytes = await storage.get(storageKey);
  return sha256 === undefined || createHash('sha256').update(bytes).digest().equals(sha256);
}
