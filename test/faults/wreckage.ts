/** What faults are done to, and how they are judged: a server's processes, and the frames that came through. */
import { expect } from 'chai';
import { type Media, readMedia } from '../support/playlists.ts';
import { allProcesses, descendants, type Process } from '../support/processes.ts';
import type { TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type SeenFrame, watch } from '../support/viewer.ts';

export const CONFIG = new URL('./three-qualities.config.mjs', import.meta.url).pathname;
/** Passed through by that ladder: `source`, `360p` and `240p`. */
export const PICTURE = { size: '854x480', rate: '30', gop: 1 };
export const QUALITIES = ['source', '360p', '240p'];

/** The server's encoders that run now: the ffmpeg processes that it started itself. */
export function encodersOf(server: TestServer): Process[] {
  return allProcesses().filter(({ parent, command }) => parent === server.process.pid && /^ffmpeg /.test(command));
}

/** All processes that a server started, and itself. */
export function processesOf(server: TestServer): Process[] {
  const own = allProcesses().filter(({ pid }) => pid === server.process.pid);
  return [...own, ...descendants(server.process.pid)];
}

/** Waits until none of the processes is there any more, and none that names the server's data folder. */
export async function allGone(processes: Process[], { dataDir }: Pick<TestServer, 'dataDir'>): Promise<void> {
  const started = new Map(processes.map(({ pid, command }) => [pid, command]));
  let left: Process[] = [];
  await until(() => {
    left = allProcesses().filter(({ pid, command }) => started.get(pid) === command || command.includes(dataDir));
    return left.length === 0;
  }, 'the processes of a server to end').catch((error: unknown) => {
    throw new Error(`left behind: ${left.map(({ command }) => command.slice(0, 120)).join('; ')}`, { cause: error });
  });
}

/** Milliseconds by which a time may differ from its place on the frame grid: a tick of 90 kHz, as ffmpeg prints it. */
const TICK = 0.02;

/** Holds that no frame is missing and none is there twice, and that each lasts as long as all others. */
export function expectWhole(frames: readonly SeenFrame[], rate = 30): void {
  expect(frames.length, 'frames').to.be.above(0);
  const [first] = frames;
  const wrong = frames.find(
    ({ number, time }, at) => number !== first!.number + at || Math.abs(time - first!.time - (at * 1000) / rate) > TICK,
  );
  expect(wrong, 'the first frame that does not follow the one before it').to.equal(undefined);
}

/** The media playlists of a session's qualities; where two have a segment of the same number, it is the same. */
export async function readTogether(renditions: Map<string, string>): Promise<Map<string, Media>> {
  const lists = new Map<string, Media>();
  for (const [name, url] of renditions) lists.set(name, await readMedia(url));
  const source = new Map(numbered(lists.get('source')!).map((segment) => [segment.sequence, segment]));
  for (const name of QUALITIES) {
    const known = numbered(lists.get(name)!).filter(({ sequence }) => source.has(sequence));
    expect(known, `segments of ${name}`).to.deep.equal(known.map(({ sequence }) => source.get(sequence)));
  }
  return lists;
}

/** As `readTogether`, and all have the same segments. */
export async function readAlike(renditions: Map<string, string>): Promise<Map<string, Media>> {
  const lists = await readTogether(renditions);
  for (const name of QUALITIES) {
    const own = numbered(lists.get(name)!);
    expect(own, `segments of ${name}`).to.deep.equal(numbered(lists.get('source')!));
  }
  return lists;
}

/** What tells segments apart, each with the number of its discontinuity in the session. */
function numbered({ segments, discontinuitySequence }: Media) {
  let discontinuity = discontinuitySequence;
  return segments.map((segment) => {
    if (segment.discontinuity) discontinuity++;
    return { sequence: segment.sequence, duration: segment.duration, discontinuity };
  });
}

/** ffmpeg says so at each new initialization section of a playlist, which is how a resumed session begins (RFC 8216bis, 4.4.4.5). */
const NEW_SECTION = /Found duplicated MOOV Atom/;

/** Decodes every quality of an ended session: without a complaint, and each the very frames and keyframes of the source. */
export async function watchAlike(renditions: Map<string, string>): Promise<SeenFrame[]> {
  const source = await watch(renditions.get('source')!);
  expect(unexpected(source.complaints), 'complaints about source').to.deep.equal([]);
  for (const name of QUALITIES.slice(1)) {
    const { frames, complaints } = await watch(renditions.get(name)!);
    expect(unexpected(complaints), `complaints about ${name}`).to.deep.equal([]);
    expectSame(frames, source.frames, name);
  }
  return source.frames;
}

function unexpected(complaints: string[]): string[] {
  return complaints.filter((complaint) => !NEW_SECTION.test(complaint));
}

function expectSame(frames: readonly SeenFrame[], source: readonly SeenFrame[], name: string): void {
  const differs = source.findIndex(({ number, time, keyframe }, at) => {
    const frame = frames[at];
    return frame?.number !== number || Math.abs(frame.time - time) > TICK || (keyframe && !frame.keyframe);
  });
  if (differs >= 0)
    expect(frames.slice(differs, differs + 3), `${name} from frame ${differs} on`).to.deep.equal(
      source.slice(differs, differs + 3),
    );
  expect(frames.length, `frames of ${name}`).to.equal(source.length);
}
