/** Uploads with a ladder whose encoding costs little. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { vod } from '../../plugins/vod/index.ts';

export default defineConfig({
  plugins: [rtmp(), vod({ ladder: ['360p', '240p'], preset: 'ultrafast', maxSize: 64 * 1024 * 1024 })],
});
