/** Uploads of any size, two of an organization at once. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { vod } from '../../plugins/vod/index.ts';

export default defineConfig({
  plugins: [rtmp(), vod({ maxSize: Number.MAX_SAFE_INTEGER, maxUnfinished: 2 })],
});
