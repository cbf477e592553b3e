/** Ends what a run has started, however it ends itself: processes first, then their files. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { descendants } from '../test/support/processes.ts';

/** Milliseconds for processes to end in good order. */
const GRACE = 10_000;

/**
 * Answers a folder that is also the temporary folder of this process and of all that it starts, and a signal that aborts when
 * nothing more is to be started.
 * When this process exits, or is told to by a signal, what still runs is ended and the folder removed.
 */
export function temporaryFolderOfRun(): { folder: string; interrupted: AbortSignal } {
  const folder = mkdtempSync(join(tmpdir(), 'livestreams-bench-'));
  // The embedded database runs as a user of its own where the run is root's.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.once('exit', () => {
    for (const { pid } of descendants()) send(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm and a terminal both pass on a Ctrl-C.
      if (interruption.signal.aborted) return;
      interruption.abort();
      void endChildren()
        // A database whose server has ended at once is still writing its last, and is nobody's child any more.
        .then(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))
        .finally(() => process.exit(130));
    });
  }
  return { folder, interrupted: interruption.signal };
}

/** Each child ends its own. */
async function endChildren(): Promise<void> {
  for (const { pid, parent } of descendants()) if (parent === process.pid) send(pid, 'SIGTERM');
  const deadline = performance.now() + GRACE;
  while (descendants().length > 0 && performance.now() < deadline) await delay(50);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
