/** Assets of a test's server: waited for, watched, and their files decoded. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AssetAnswer } from '#plugin-api';
import { fetchText } from './playlists.ts';
import type { TestServer } from './server.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** The stream's newest recording, once it is ready; waits so many seconds for it. */
export async function recordingOf(server: TestServer, streamId: string, seconds?: number): Promise<AssetAnswer> {
  const path = `/assets?kind=recording&status=ready&stream_id=${streamId}`;
  return until(
    async () => (await server.api<{ data: AssetAnswer[] }>('GET', path)).data[0],
    `a recording of ${streamId}`,
    seconds === undefined ? {} : { seconds },
  );
}

/** Where the files of a session's recording are, as they are on the disk of a server with local storage. */
export function recordedFiles(server: TestServer, { session_id: sessionId, files }: AssetAnswer): string[] {
  return files.map(({ number }) => join(server.dataDir, 'media', 'recordings', sessionId!, `${number}.mp4`));
}

/** What a media playlist lists: for each of its initialization sections in turn the section and the segments behind it. */
export async function piecesOf(playlist: string): Promise<Buffer[]> {
  const bytes = async (name: string) => Buffer.from(await (await fetch(new URL(name, playlist))).arrayBuffer());
  const pieces: Buffer[][] = [];
  for (const line of (await fetchText(playlist)).split('\n')) {
    const [, init] = /^#EXT-X-MAP:URI="(.*)"$/.exec(line) ?? [];
    if (init) pieces.push([await bytes(init)]);
    else if (line !== '' && !line.startsWith('#')) pieces.at(-1)!.push(await bytes(line));
  }
  return pieces.map((piece) => Buffer.concat(piece));
}

/** Decodes all of a file and answers what ffmpeg and ffprobe complain about. */
export async function judge(file: string): Promise<string[]> {
  const probed = await run('ffprobe', ['-v', 'warning', '-show_streams', '-show_format', file]);
  const decoded = await run('ffmpeg', [
    '-v',
    'warning',
    '-xerror',
    '-nostdin',
    '-i',
    file,
    '-map',
    '0',
    '-f',
    'null',
    '-',
  ]);
  return [probed.stderr, decoded.stderr].flatMap((said) => said.split('\n').filter((line) => line !== ''));
}
