/** The named peer: Debian's nginx with its RTMP module, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';

export interface Nginx {
  readonly process: ChildProcess;
  readonly http: number;
  readonly rtmp: number;
  /** What is served under `/`; HLS is written to `hls/` in it. */
  readonly root: string;
  stop(): Promise<void>;
}

/** One worker, access log off, sendfile on: what an operator who knows nginx would run. HLS in fragments of 2 s. */
export async function startNginx(): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'livestreams-bench-nginx-'));
  const root = join(folder, 'root');
  mkdirSync(join(root, 'hls'), { recursive: true });
  const { http, rtmp } = await freePorts();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `
    load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
    daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log warn; user root;
    events { worker_connections 4096; }
    rtmp { server { listen 127.0.0.1:${rtmp}; application live {
      live on; hls on; hls_path ${root}/hls; hls_fragment 2s; hls_playlist_length 12s;
    } } }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
      types { text/html html; text/javascript js; application/vnd.apple.mpegurl m3u8; video/mp4 m4s; video/mp2t ts; }
      client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
      uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      server { listen 127.0.0.1:${http}; root ${root}; add_header Access-Control-Allow-Origin *; }
    }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(async () => (await fetch(`http://127.0.0.1:${http}/`).catch(() => null)) !== null, 'nginx to answer');
  return {
    process: child,
    http,
    rtmp,
    root,
    async stop() {
      child.kill('SIGQUIT');
      setTimeout(() => child.kill('SIGKILL'), 2000).unref();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
