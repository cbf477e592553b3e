/** RTMP ingest: a publish-only server in a process of its own. */
import { definePlugin, type Host, type Static, Type } from '#plugin-api';
import { publishFlv } from './client/publish.ts';
import { ServerProcess } from './server-process.ts';

const config = Type.Object({
  port: Type.Integer({
    default: 1935,
    minimum: 0,
    maximum: 65535,
    description: 'TCP port that encoders publish to; 0 takes a free one.',
    env: 'LIVESTREAMS_RTMP_PORT',
  }),
  host: Type.String({ default: '', description: "Address to listen on; empty for the server's own." }),
  maxConnections: Type.Integer({
    default: 500,
    minimum: 1,
    description: 'Connections at once, publishing or about to; more are turned away.',
  }),
  idleTimeout: Type.Integer({
    default: 15,
    minimum: 2,
    description: 'Seconds without a byte after which an encoder is taken for gone.',
  }),
});

const DEFAULT_PORT = 1935;

/** What a creator types: `address` whole, or `url` and `key` in an encoder's two fields. `{host}` is the name the server is reached by. */
function publishUrls(port: number): Record<string, string> {
  const server = `rtmp://{host}${port === DEFAULT_PORT ? '' : `:${port}`}/live`;
  return { url: server, key: '{stream_id}?key={key}', address: `${server}/{stream_id}?key={key}` };
}

export const rtmp = definePlugin({
  name: 'rtmp',
  description: 'Takes publishers over RTMP and Enhanced RTMP.',
  config,
  ingest: {
    async start(door, host) {
      const { port, host: address, maxConnections, idleTimeout } = (host as Host<Static<typeof config>>).config;
      const settings = { host: address || host.server.host, port, maxConnections, idleTimeout };
      const server = new ServerProcess(settings, door, host.log);
      await server.start();
      // Where it listens on all addresses, the loopback is one of them.
      const own = ['', '0.0.0.0', '::'].includes(settings.host) ? '127.0.0.1' : settings.host;
      return {
        publishUrls: publishUrls(server.port),
        publish: (publisher) => publishFlv({ host: own, port: server.port, ...publisher }),
        stop: () => server.stop(),
      };
    },
  },
});
