/** Publishes the demo's picture over RTMP until its parent ends: a moving pattern, a clock with milliseconds, a beep each second. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';

/** Sent by the parent over IPC, so that the key stands in no list of processes. */
export interface DemoTarget {
  host: string;
  port: number;
  streamId: string;
  key: string;
}

/** The clock shows UTC: seconds since midnight are added to the picture's own time. */
function generator(): string[] {
  const now = new Date();
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const offset = ((now.getTime() - midnight) / 1000).toFixed(3);
  const clock =
    `drawtext=text='%{pts\\:hms\\:${offset}} UTC':x=(w-tw)/2:y=h*0.42:fontsize=h/9:fontcolor=white` +
    ':box=1:boxcolor=black@0.6:boxborderw=16';
  const beep =
    "aevalsrc='0.25*sin(2*PI*1000*t)*lt(mod(t+0.0005\\,1)\\,0.08)|0.25*sin(2*PI*1000*t)*lt(mod(t+0.0005\\,1)\\,0.08)':s=48000";
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=30,${clock}`],
    ...['-re', '-f', 'lavfi', '-i', beep],
    ...'-c:v libx264 -preset superfast -tune zerolatency -threads 1 -pix_fmt yuv420p -profile:v high'.split(' '),
    ...'-g 60 -keyint_min 60 -sc_threshold 0 -b:v 2500k -maxrate 2500k -bufsize 2500k'.split(' '),
    ...'-c:a aac -b:a 128k -flush_packets 1 -flvflags no_duration_filesize -f flv pipe:1'.split(' '),
  ];
}

let ffmpeg: ChildProcess | null = null;

async function publishOnce(target: DemoTarget): Promise<void> {
  const child = spawn('ffmpeg', generator(), { stdio: ['ignore', 'pipe', 'inherit'] });
  ffmpeg = child;
  try {
    await publishFlv({ ...target, flv: child.stdout });
  } finally {
    child.kill('SIGKILL');
  }
}

// A terminal's Ctrl-C comes to all processes at once; this one ends with its parent.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => {
  ffmpeg?.kill('SIGKILL');
  process.exit(0);
});
process.once('message', async (target: DemoTarget) => {
  for (;;) {
    try {
      await publishOnce(target);
    } catch (error) {
      process.stderr.write(`The demo's publisher was cut off: ${(error as Error).message} It tries again.\n`);
    }
    await delay(2000);
  }
});
