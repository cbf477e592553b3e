/**
 * The storage guard: watches the disk, warns before it is full, and keeps the last of it for live.
 *
 * `low`: what is reserved for live would be touched soon. `full`: less than that is free, so nothing but live is taken, and what
 * was broadcast unrecorded goes, the oldest first. Recordings go by their retention alone: nobody's are deleted for others' sake.
 */
import { type Appender, type Storage, storageFull } from '#plugin-api';
import type { Space } from './space.ts';

export type Level = 'enough' | 'low' | 'full';

/** Seconds: with less than this to go, it is low. */
const LOW_SECONDS = 2 * 3600;
/** Twice what is reserved is low too, however slowly it goes. */
const LOW_TIMES = 2;
/** A level ends when there is so much more than it began at: it shall not come and go. */
const MARGIN = 1.1;

/** What the space comes to, given the level before. */
export function judge({ free, secondsToFull }: Space, reserved: number, before: Level): Level {
  const full = before === 'full' ? reserved * MARGIN : reserved;
  if (free < full) return 'full';
  const low = reserved * LOW_TIMES * (before === 'enough' ? 1 : MARGIN);
  const soon = LOW_SECONDS * (before === 'enough' ? 1 : MARGIN);
  return free < low || (secondsToFull !== null && secondsToFull < soon) ? 'low' : 'enough';
}

export interface BehindLiveOptions {
  isFull(): boolean;
  /** Bytes that are kept free for live. */
  reserved: number;
}

/** The storage for all but live: it takes nothing while `isFull`. Reading and deleting go on. Errors: `LS_STORAGE_FULL`. */
export function behindLive(storage: Storage, { isFull, reserved }: BehindLiveOptions): Storage {
  const refuseWhereFull = (key: string) => {
    if (isFull()) throw storageFull(`${key} is not taken: what is left on the disk is kept for live.`);
  };
  return {
    async put(key, bytes) {
      refuseWhereFull(key);
      return storage.put(key, bytes);
    },
    async append(key) {
      const appender = await storage.append(key);
      return {
        get size() {
          return appender.size;
        },
        async append(bytes) {
          refuseWhereFull(key);
          return appender.append(bytes);
        },
        complete: () => appender.complete(),
        discard: () => appender.discard(),
      } satisfies Appender;
    },
    read: (key, range) => storage.read(key, range),
    get: (key) => storage.get(key),
    stat: (key) => storage.stat(key),
    delete: (key) => storage.delete(key),
    locate: (key, options) => storage.locate(key, options),
    list: (prefix) => storage.list(prefix),
    room: async () => (isFull() ? 0 : Math.max(0, (await storage.room()) - reserved)),
  };
}
