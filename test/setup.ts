/** Around every run: starts nothing by itself, ends what tests shared, and fails the run when a process is left behind. */
import { stop as stopBundler } from 'esbuild';
import type { RootHookObject } from 'mocha';
import { stopTestDatabase } from './support/database.ts';
import { removeTemporaryFolders } from './support/folder.ts';
import { descendants } from './support/processes.ts';
import { until } from './support/until.ts';

export const mochaHooks: RootHookObject = {
  async afterAll() {
    await stopTestDatabase();
    // It keeps a process for the next build until this one ends.
    await stopBundler();
    removeTemporaryFolders();
    let left = descendants();
    await until(() => {
      left = descendants();
      return left.length === 0;
    }, 'the processes of the tests to end').catch((error: unknown) => {
      throw new Error(`left behind: ${left.map(({ command }) => command.slice(0, 200)).join('; ')}`, { cause: error });
    });
  },
};
