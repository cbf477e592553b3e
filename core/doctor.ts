/** The doctor: checks what a start needs, in the order in which one thing rests on another, and says how to mend what is wrong. */
import type { Config } from './config.ts';
import { type Check, messageOf, wrong } from './doctor/check.ts';
import { clock, ports, publicAddress } from './doctor/network.ts';
import { database, dataFolder } from './doctor/place.ts';
import { encoders, ffmpeg, node } from './doctor/programs.ts';
import { redis } from './doctor/redis.ts';
import { objectStore } from './doctor/store.ts';

export interface Diagnosis {
  /** A line a check; a failed one is followed by its fix. */
  text: string;
  json: {
    healthy: boolean;
    checks: { name: string; healthy: boolean; detail: string; fix: string | null }[];
  };
  healthy: boolean;
}

const checks: Check[] = [node, ffmpeg, encoders, dataFolder, database, redis, objectStore, ports, clock, publicAddress];

/** Runs every check, also after one has failed. Leaves no trace, and does not disturb a server that runs. */
export async function runDoctor(config: Config): Promise<Diagnosis> {
  const found: Diagnosis['json']['checks'] = [];
  for (const { name, run } of checks) {
    const { detail, fix } = await run(config).catch((error: unknown) =>
      wrong(`The check itself failed: ${messageOf(error)}.`, 'Report this as a bug.'),
    );
    found.push({ name, healthy: fix === null, detail, fix });
  }
  const failed = found.filter(({ healthy }) => !healthy).length;
  const lines = found.flatMap(({ name, healthy, detail, fix }) => [
    `${healthy ? 'ok    ' : 'FAILED'}  ${name}: ${detail}`,
    ...(fix === null ? [] : [`        ${fix}`]),
  ]);
  lines.push('', failed === 0 ? 'All is well.' : `${failed} of ${found.length} checks failed.`);
  return { text: lines.join('\n'), json: { healthy: failed === 0, checks: found }, healthy: failed === 0 };
}
