/**
 * What kills cost a recording: publishes, kills the server with SIGKILL at a random moment, starts it again, and looks at the recording
 * that it finishes. Prints a row for each run: `node bench/recording-kills.ts [runs]`. Ends with 1 where one is not whole, or lacks
 * more than is wanted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pictureArguments } from '../test/support/publisher.ts';
import { judge, recordedFiles, recordingOf } from '../test/support/recordings.ts';
import { startServer, type TestServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { watch } from '../test/support/viewer.ts';
import { temporaryFolderOfRun } from './ending.ts';

const CONFIG = fileURLToPath(new URL('../test/end-to-end/recording.config.mjs', import.meta.url));
const RATE = 30;
/** Milliseconds of the broadcast, at random between. */
const SHORTEST = 1500;
const LONGEST = 9000;
/** Seconds that a kill may cost: the part that is being made (0.5), and what is on its way from the publisher to the disk. */
const WANTED = 1;

interface Run {
  /** Seconds from the first frame to the kill. */
  killedAfter: number;
  sent: number;
  recorded: number;
  complaints: string[];
  /** Seconds from the restarted server's readiness to the asset's. */
  finishedAfter: number;
}

/** A publisher that tells how many frames it has handed over. */
interface CountingPublisher {
  child: ChildProcess;
  frames(): number;
}

function publish(url: string): CountingPublisher {
  const progress = ['-progress', 'pipe:1', '-stats_period', '0.02'];
  const output = ['-flvflags', 'no_duration_filesize', '-f', 'flv', url];
  const given = [
    '-hide_banner',
    '-nostdin',
    '-loglevel',
    'error',
    ...progress,
    '-re',
    ...pictureArguments(),
    ...output,
  ];
  const child = spawn('ffmpeg', given, { stdio: ['ignore', 'pipe', 'ignore'] });
  let frames = 0;
  child.stdout.on('data', (chunk) => {
    for (const [, count] of String(chunk).matchAll(/^frame=(\d+)$/gm)) frames = Number(count);
  });
  return { child, frames: () => frames };
}

async function kill(server: TestServer): Promise<{ run: Run; restarted: TestServer }> {
  const stream = await server.createStream({ reconnect_window: 0 });
  const publisher = publish(server.rtmpUrl(stream));
  const gone = once(publisher.child, 'exit');
  await until(() => publisher.frames() > 0, 'the first frame');
  const began = performance.now();
  await delay(SHORTEST + Math.random() * (LONGEST - SHORTEST));
  const sent = publisher.frames();
  const killedAfter = (performance.now() - began) / 1000;
  await server.kill();
  publisher.child.kill('SIGKILL');
  await gone;

  const restarted = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
  const ready = performance.now();
  const happened = async (type: string) =>
    (await restarted.api<{ data: unknown[] }>('GET', `/events?stream_id=${stream.id}&type=${type}`)).data.length > 0;
  const kept = await until(
    async () => ((await happened('asset.ready')) ? 'yes' : (await happened('recording.discarded')) && 'no'),
    'the end of the recording',
    { seconds: 120 },
  );
  const finishedAfter = (performance.now() - ready) / 1000;
  // Killed before its first segment was whole.
  if (kept === 'no') return { run: { killedAfter, sent, recorded: 0, complaints: [], finishedAfter }, restarted };
  const asset = await recordingOf(restarted, stream.id);
  const [file, ...others] = recordedFiles(restarted, asset);
  const complaints = await judge(file!);
  if (others.length > 0) complaints.push('more than one file');
  const { frames } = await watch(file!);
  if (frames.some(({ number }, at) => number !== at)) complaints.push('frames are missing in the middle');
  return { run: { killedAfter, sent, recorded: frames.length, complaints, finishedAfter }, restarted };
}

const lossOf = ({ sent, recorded }: Run) => Math.max(0, sent - recorded) / RATE;
const isGood = (run: Run) => run.complaints.length === 0 && lossOf(run) <= WANTED;

temporaryFolderOfRun();
const count = Number(process.argv[2] ?? 50);
const runs: Run[] = [];
let server = await startServer({ config: CONFIG });
console.log(
  '| run | killed after | frames sent | frames recorded | lost | ffprobe and full decode | asset after the restart |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (let number = 1; number <= count; number++) {
  const { run, restarted } = await kill(server);
  server = restarted;
  runs.push(run);
  const { killedAfter, sent, recorded, complaints, finishedAfter } = run;
  const said = recorded === 0 ? 'not kept' : complaints.length === 0 ? 'clean' : complaints.join('; ');
  const columns = [number, `${killedAfter.toFixed(2)} s`, sent, recorded, `${lossOf(run).toFixed(2)} s`, said];
  console.log(`| ${[...columns, `${finishedAfter.toFixed(1)} s`].join(' | ')} |`);
}
await server.stop();
const losses = runs.map(lossOf).sort((a, b) => a - b);
const good = runs.filter(isGood).length;
console.log(
  `\n${good} of ${runs.length} whole; lost: median ${losses[Math.floor(losses.length / 2)]!.toFixed(2)} s, most ${losses.at(-1)!.toFixed(2)} s.`,
);
process.exitCode = good === runs.length ? 0 : 1;
