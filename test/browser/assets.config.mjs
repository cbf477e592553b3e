/** What is sent is recorded as it is, and can be cut; uploads get one small quality. */
import { defineConfig } from '../../core/config.ts';
import { clips } from '../../plugins/clips/index.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { vod } from '../../plugins/vod/index.ts';

export default defineConfig({
  plugins: [rtmp(), recording(), clips(), vod({ ladder: ['240p'], preset: 'ultrafast' })],
});
