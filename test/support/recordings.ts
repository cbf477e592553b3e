/** Assets of a test's server: waited for, watched, and their files decoded. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AssetAnswer } from '#plugin-api';
import type { TestServer } from './server.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** The stream's newest recording, once it is ready. */
export async function recordingOf(server: TestServer, streamId: string): Promise<AssetAnswer> {
  let found: AssetAnswer | undefined;
  await until(async () => {
    const path = `/assets?kind=recording&stream_id=${streamId}`;
    [found] = (await server.api<{ data: AssetAnswer[] }>('GET', path)).data;
    return found?.status === 'ready';
  }, `a recording of ${streamId}`);
  return found!;
}

/** Where the files of a session's recording are, as they are on the disk of a server with local storage. */
export function recordedFiles(server: TestServer, { session_id: sessionId, files }: AssetAnswer): string[] {
  return files.map(({ number }) => join(server.dataDir, 'media', 'recordings', sessionId!, `${number}.mp4`));
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
