/** Keys that the server makes for itself and keeps in `<dataDir>/secrets`, readable by its own user only. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE = 32;

/** Answers the secret of this name, 32 random bytes; makes it at the first call. Servers that start at once get the same one. */
export async function loadSecret(dataDir: string, name: string): Promise<Buffer> {
  const folder = join(dataDir, 'secrets');
  const file = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const existing = await read(file);
  if (existing) return existing;
  // Written whole beside it, then linked: a link fails where another server was first, and nobody reads half a key.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(SIZE), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return (await read(file))!;
}

async function read(file: string): Promise<Buffer | null> {
  try {
    const secret = await readFile(file);
    if (secret.length !== SIZE)
      throw new Error(`${file} does not hold ${SIZE} bytes; restore it, or delete it to make a new one.`);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
