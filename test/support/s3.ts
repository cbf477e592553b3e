/** A real S3 server for tests: OpenStack Swift of the system, all of it in one process on loopback, which can be stopped and come back. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../core/storage/s3.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

/** Debian's packages are for the system's own Python. */
const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('./swift_server.py', import.meta.url));

export interface TestStore {
  settings: S3Settings;
  /** The same for a whole server. */
  env: Record<string, string>;
  /** Answers nothing, and refuses nothing, until it goes on. */
  pause(): void;
  resume(): void;
  /** Ends it at once; what it has stays. */
  kill(): Promise<void>;
  /** Starts it again after it was killed. */
  start(): Promise<void>;
}

/** Whether this machine has the server: Debian's python3-swift. */
export function hasStore(): boolean {
  return spawnSync(python, ['-c', 'import swift.proxy.server, eventlet'], { stdio: 'ignore' }).status === 0;
}

/** Starts a server with an empty bucket. It ends with `kill`, or with the run. */
export async function startStore(): Promise<TestStore> {
  const folder = temporaryFolder();
  const port = await freePort();
  const settings: S3Settings = {
    bucket: 'media',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
    forcePathStyle: true,
    prefix: '',
  };
  let child: ChildProcess | null = null;
  const start = async () => {
    const started = spawn(python, [program, folder, String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (said += chunk));
    await until(() => {
      if (started.exitCode !== null) throw new Error(`Swift ended with ${started.exitCode}:\n${said}`);
      return said.includes('ready');
    }, 'Swift to be ready');
  };
  await start();
  const client = clientOf(settings);
  await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  client.destroy();
  return {
    settings,
    env: {
      S3_ENDPOINT: settings.endpoint!,
      S3_REGION: settings.region,
      S3_BUCKET: settings.bucket,
      S3_ACCESS_KEY_ID: 'test:tester',
      S3_SECRET_ACCESS_KEY: 'testing',
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    start,
  };
}

/** A client of the test's own, to look at what the store has. */
export function clientOf({ endpoint, region, credentials, forcePathStyle }: S3Settings): S3Client {
  return new S3Client({
    endpoint: endpoint!,
    region,
    credentials: credentials!,
    forcePathStyle,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
