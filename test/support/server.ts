/** A whole server for tests: `livestreams start` as a process of its own, with its own data folder and ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folder.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../core/main.ts', import.meta.url));
export const owner = { email: 'owner@example.org', password: 'correct horse battery' };

export interface ServerOptions {
  /** A file of settings; the repository's own where not given. */
  config?: string;
  /** An existing data folder, to start again what was killed. */
  dataDir?: string;
  ports?: Ports;
  env?: Record<string, string>;
  /** False: nobody owns the server yet; its set-up link is in its output. */
  owned?: boolean;
  /** With the demo's picture on a stream of its own. */
  demo?: boolean;
}

export interface Ports {
  http: number;
  rtmp: number;
}

export interface CreatedStream {
  id: string;
  key: string;
  keyId: string;
}

export interface TestServer {
  readonly url: string;
  readonly ports: Ports;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything that it printed. */
  readonly output: () => string;
  /** Calls the API as the owner; rejects where the answer is not 2xx. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same, for whatever it answers. */
  fetch(path: string, headers?: Record<string, string>): Promise<Response>;
  createStream(settings?: Record<string, unknown>): Promise<CreatedStream>;
  rtmpUrl(stream: CreatedStream): string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** Ports that nobody listens on. */
export async function freePorts(): Promise<Ports> {
  return { http: await freePort(), rtmp: await freePort() };
}

/** Starts a server and resolves when it is ready and its owner is logged in. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const ports = options.ports ?? (await freePorts());
  const dataDir = options.dataDir ?? temporaryFolder();
  const flags = [...(options.config ? ['--config', options.config] : []), ...(options.demo ? ['--demo'] : [])];
  const child = spawn(process.execPath, [main, 'start', ...flags], {
    env: {
      ...process.env,
      LIVESTREAMS_DATA_DIR: dataDir,
      LIVESTREAMS_HOST: '127.0.0.1',
      LIVESTREAMS_HTTP_PORT: String(ports.http),
      LIVESTREAMS_RTMP_PORT: String(ports.rtmp),
      ...(options.owned === false
        ? {}
        : { LIVESTREAMS_OWNER_EMAIL: owner.email, LIVESTREAMS_OWNER_PASSWORD: owner.password }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${ports.http}`;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok === true;
    }, 'the server to be ready');
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
  }
  let token = '';
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  };
  if (options.owned !== false) {
    ({ access_token: token } = await api<{ access_token: string }>('POST', '/auth/login', owner));
  }
  return {
    url,
    ports,
    dataDir,
    process: child,
    output: () => output,
    api,
    fetch: (path, headers = {}) =>
      fetch(`${url}/v1${path}`, { headers: { ...headers, authorization: `Bearer ${token}` } }),
    async createStream(settings = {}) {
      const created = await api<{ id: string; keys: { id: string; key: string }[] }>('POST', '/streams', {
        title: 'Test',
        ...settings,
      });
      return { id: created.id, key: created.keys[0]!.key, keyId: created.keys[0]!.id };
    },
    rtmpUrl: (stream) => `rtmp://127.0.0.1:${ports.rtmp}/live/${stream.id}?key=${stream.key}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
