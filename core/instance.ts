/** Who this process is: the same name over restarts, kept in its data folder, so that it takes its own leases back at once. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads or makes the instance's name in `<dataDir>/instance`. */
export function instanceName(dataDir: string): string {
  const file = join(dataDir, 'instance');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dataDir, { recursive: true });
  const name = `node-${randomUUID()}`;
  writeFileSync(file, `${name}\n`, { flag: 'wx' });
  return name;
}
