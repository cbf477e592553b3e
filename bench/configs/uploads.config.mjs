/** Uploads, as they are by default. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { vod } from '../../plugins/vod/index.ts';

export default defineConfig({ plugins: [rtmp(), vod()] });
