/** Publishers for tests: ffmpeg sends a generated picture whose frames carry their own number, and a tone, over RTMP. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Width of one bit of the frame number in the picture's top rows, in 1/16 of the width. */
export const NUMBER_BITS = 16;

export interface Picture {
  size?: string;
  rate?: string;
  /** Seconds between keyframes. */
  gop?: number;
  bframes?: number;
  video?: boolean;
  audio?: boolean;
  /** The number of the first frame; 0 where not given. */
  first?: number;
  /** Further arguments of the encoders. */
  encoder?: string[];
}

/** A soft tone, and a loud one for the first tenth of each second: a second begins with its beep. */
const SOUND = "aevalsrc='0.05*sin(880*PI*t)+0.4*sin(2000*PI*t)*lt(mod(t+0.0005,1),0.1)':s=48000";

/** The lavfi sources and encoder arguments of the test picture and its sound, without an output. */
export function pictureArguments(picture: Picture = {}, seconds?: number): string[] {
  const { size = '640x360', rate = '30', gop = 1, bframes = 0, first = 0, video = true, audio = true } = picture;
  const [numerator, denominator = '1'] = rate.split('/');
  const frames = Math.round((gop * Number(numerator)) / Number(denominator));
  const duration = seconds === undefined ? [] : ['-t', String(seconds)];
  return [
    ...(video ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate},${numberBoxes(first)}`] : []),
    ...(audio ? ['-f', 'lavfi', '-i', SOUND] : []),
    ...(video
      ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-threads', '1'].concat([
          '-g',
          String(frames),
          '-keyint_min',
          String(frames),
          '-sc_threshold',
          '0',
          '-bf',
          String(bframes),
        ])
      : []),
    ...(audio ? ['-c:a', 'aac', '-b:a', '96k', '-ac', '2'] : []),
    ...(picture.encoder ?? []),
    ...duration,
  ];
}

/** Draws the frame's number as 16 boxes over the top: white is 1, the lowest bit at the left. */
export function numberBoxes(first = 0): string {
  const boxes = ['drawbox=x=0:y=0:w=iw:h=ih/12:color=black:t=fill'];
  for (let bit = 0; bit < NUMBER_BITS; bit++)
    boxes.push(
      `drawbox=x=${bit}*iw/16:y=0:w=iw/16:h=ih/12:color=white:t=fill:enable='gte(mod(n+${first}\\,${2 ** (bit + 1)})\\,${2 ** bit})'`,
    );
  return boxes.join(',');
}

export interface Publisher {
  readonly process: ChildProcess;
  /** What ffmpeg wrote to its error output. */
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Publishes in real time until stopped, or for `seconds`. */
export function publish(url: string, picture: Picture = {}, seconds?: number): Publisher {
  return start(['-re', ...pictureArguments(picture, seconds)], url);
}

/** Publishes so many seconds as fast as the server takes them. */
export function publishAtOnce(url: string, picture: Picture, seconds: number): Publisher {
  return start(pictureArguments(picture, seconds), url);
}

const running = new Set<Publisher>();

/** Kills what a test has left publishing. */
export async function killPublishers(): Promise<void> {
  await Promise.all([...running].map((publisher) => publisher.kill()));
}

function start(media: string[], url: string): Publisher {
  const flv = ['-flvflags', 'no_duration_filesize', '-f', 'flv', url];
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'warning', ...media, ...flv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  const publisher: Publisher = {
    ...{ process: child, output: () => output, ended },
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  };
  running.add(publisher);
  void ended.then(() => running.delete(publisher));
  return publisher;
}
