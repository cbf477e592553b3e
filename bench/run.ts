/** Runs the benchmarks one after the other; what was measured in full is kept in bench/results.json and shown in bench/results.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureClips } from './clip.ts';
import { temporaryFolderOfRun } from './ending.ts';
import { measureFirstPart } from './first-part.ts';
import { measureHundred } from './hundred.ts';
import { make720p } from './media.ts';
import { measureOrigin } from './origin.ts';
import { measurePartLag } from './part-lag.ts';
import { measurePlayerLatency } from './player-latency.ts';
import { measureRecording } from './recording.ts';
import type { Row } from './row.ts';
import { measureSessionCpu } from './session-cpu.ts';
import { measureSse } from './sse.ts';
import { type Failure, type Results, summarize, writeResults } from './table.ts';
import { measureVod } from './vod.ts';

const USAGE = `Usage: npm run bench -- [options]

  --only <name>     one benchmark; may be repeated
  --seconds <n>     how long each figure is measured, for a short try

The results are printed; those of full length are written to bench/results.md.
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    seconds: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const seconds = options.seconds === undefined ? undefined : Number(options.seconds);

const { folder, interrupted } = temporaryFolderOfRun();

const MEDIA_S = 30;
const NOTHING_ENCODED = fileURLToPath(new URL('configs/source-only.config.mjs', import.meta.url));

/** Of 2.5 Mbit/s, as most creators send; made when the first benchmark asks. */
let usual: string | null = null;
const usualMedia = () => (usual ??= make720p(folder, { seconds: MEDIA_S, kilobits: 2400 }));

const benchmarks: Record<string, () => Promise<Row[]>> = {
  'session-cpu': () => measureSessionCpu(usualMedia(), folder, seconds),
  'first-part': async () => [await measureFirstPart(usualMedia(), NOTHING_ENCODED)],
  'part-lag': () => measurePartLag(usualMedia()),
  'player-latency': () => measurePlayerLatency(seconds),
  // Segments of 1.5 MB, whose bytes and not their number decide.
  origin: () => measureOrigin(make720p(folder, { seconds: MEDIA_S, kilobits: 6000 }), NOTHING_ENCODED, seconds),
  sse: async () => [await measureSse(folder, NOTHING_ENCODED, seconds)],
  recording: () => measureRecording(usualMedia(), seconds),
  clip: () => measureClips(usualMedia(), folder),
  vod: () => measureVod(folder, seconds),
  hundred: async () => [await measureHundred(usualMedia(), NOTHING_ENCODED, seconds)],
};

const unknown = options.only.filter((name) => !Object.hasOwn(benchmarks, name));
if (options.help || unknown.length > 0 || (seconds !== undefined && !(seconds > 0))) {
  process.stdout.write(`${USAGE}\nBenchmarks: ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(options.help ? 0 : 2);
}

const KEPT = new URL('results.json', import.meta.url);
const kept = JSON.parse(readFileSync(KEPT, 'utf8')) as Results;
const measured: Results = {};
const failures: Failure[] = [];
for (const [name, run] of Object.entries(benchmarks)) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  if (interrupted.aborted) break;
  process.stdout.write(`${name} …\n`);
  try {
    const rows = await run();
    measured[name] = { date: new Date().toISOString().slice(0, 10), rows };
    for (const row of rows) process.stdout.write(`  ${summarize(row)}\n`);
  } catch (error) {
    if (interrupted.aborted) break;
    failures.push({ name, reason: (error as Error).message });
    process.stdout.write(`  could not be measured: ${(error as Error).stack}\n`);
  }
}

if (!interrupted.aborted) {
  process.stdout.write(`\n${writeResults(measured, failures)}`);
  if (seconds === undefined) {
    const all = { ...kept, ...measured };
    // In the order in which they run, so that a row stays where it was.
    const results = Object.fromEntries(
      Object.keys(benchmarks).flatMap((name) => (all[name] ? [[name, all[name]]] : [])),
    );
    writeFileSync(KEPT, `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(new URL('results.md', import.meta.url), writeResults(results, failures));
  }
  process.exitCode = failures.length === 0 ? 0 : 1;
}
