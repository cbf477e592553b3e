/** A process of its own for tests to kill: appends to a key as fast as it can, and says each size that it was told to be safe. */
import { localStorage } from './local.ts';
import { S3Store } from './s3.ts';
import { spooledStorage } from './spooled.ts';

export const KEY = 'recordings/a/1.mp4';

/** The bytes that belong at an offset, whoever appends them. */
export function bytesAt(offset: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, n) => ((offset + n) * 7 + ((offset + n) >> 8)) & 255));
}

export interface GrowerOptions {
  folder: string;
  /** Null: on the local disk. */
  store: ConstructorParameters<typeof S3Store>[0] | null;
  partSize: number;
}

if (import.meta.main) {
  const { folder, store, partSize } = JSON.parse(process.argv[2]!) as GrowerOptions;
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log };
  const storage =
    store === null
      ? localStorage(folder)
      : await spooledStorage({ store: new S3Store(store), folder, log, partSize, onTrouble: nothing });
  const appender = await storage.append(KEY);
  process.stdout.write(`${appender.size}\n`);
  for (let offset = appender.size, turn = 1; ; turn++) {
    const several = [1 + (turn % 97), 1 + (turn % 13)];
    const sizes = await Promise.all(
      several.map((length) => {
        const bytes = bytesAt(offset, length);
        offset += length;
        return appender.append(bytes);
      }),
    );
    process.stdout.write(`${sizes.at(-1)}\n`);
  }
}
