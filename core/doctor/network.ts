/** How the server is reached: its ports, its public address, and the clock that tokens and playlists go by. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { type Check, type Finding, messageOf, well, wrong } from './check.ts';

interface Port {
  owner: string;
  number: number;
  /** What sets it. */
  setting: string;
}

/** The ports of the configuration. A plugin says its own by settings named `port` or `…Port`. */
function portsOf({ httpPort, plugins }: Config): Port[] {
  const ports = [{ owner: 'HTTP', number: httpPort, setting: 'LIVESTREAMS_HTTP_PORT' }];
  for (const { definition, config } of plugins) {
    for (const [key, value] of Object.entries(config)) {
      if (typeof value !== 'number' || !/^port$|Port$/.test(key)) continue;
      const { env } = (definition.config.properties[key] ?? {}) as { env?: string };
      ports.push({ owner: definition.name, number: value, setting: env ?? `the setting ${key} of ${definition.name}` });
    }
  }
  return ports;
}

export const ports: Check = {
  name: 'ports',
  async run(config) {
    const ours = await isOurs(config);
    const problems: Finding[] = [];
    const all = portsOf(config).filter(({ number }) => number !== 0);
    for (const { owner, number, setting } of all) {
      const code = await listenError(config.host, number);
      if (code === null || (code === 'EADDRINUSE' && ours)) continue;
      const detail = `Port ${number} (${owner}) ${code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${code})`}.`;
      problems.push(wrong(detail, `End that program, or choose another port with ${setting}.`));
    }
    if (problems.length > 0) {
      return wrong(
        problems.map(({ detail }) => detail).join(' '),
        [...new Set(problems.map(({ fix }) => fix))].join(' '),
      );
    }
    const list = all.map(({ owner, number }) => `${number} (${owner})`).join(', ');
    return well(ours ? `The running server has ${list}.` : `${list || 'none'}: free.`);
  },
};

/** Whether the server itself answers on its HTTP port. */
async function isOurs({ host, httpPort }: Config): Promise<boolean> {
  if (httpPort === 0) return false;
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${httpPort}/healthz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    const body: unknown = await response.json();
    return response.ok && typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok';
  } catch {
    return false; // Whatever listens there, if anything, is not ours.
  }
}

async function listenError(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
    server.close();
    await once(server, 'close');
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
  }
}

export const publicAddress: Check = {
  name: 'public address',
  async run({ publicUrl, trustedProxies }) {
    const url = new URL(publicUrl);
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      return wrong(
        `${publicUrl} is more than an address.`,
        'Set LIVESTREAMS_PUBLIC_URL to scheme, host and port alone.',
      );
    }
    // The server itself speaks plain HTTP: https says that a proxy stands before it.
    if (url.protocol === 'https:' && trustedProxies.length === 0) {
      return wrong(
        `${publicUrl} is served by a proxy, but none is trusted: every viewer seems to come from its address, and limits count them as one.`,
        "Set LIVESTREAMS_TRUSTED_PROXIES to the proxy's address, and let the proxy set X-Forwarded-For.",
      );
    }
    return well(trustedProxies.length > 0 ? `${publicUrl}, behind ${trustedProxies.join(', ')}.` : `${publicUrl}.`);
  },
};

/** When this check was written: no right clock is before it. */
const written = Date.parse('2026-11-01T00:00:00Z');

export const clock: Check = {
  name: 'clock',
  async run() {
    const now = new Date();
    return now.getTime() < written
      ? wrong(
          `The clock says ${now.toISOString()}.`,
          'Set it by NTP (`timedatectl set-ntp true`): tokens and playlists go by it.',
        )
      : well(`${now.toISOString()}.`);
  },
};
