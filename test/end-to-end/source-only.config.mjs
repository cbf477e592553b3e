/** What the publisher sends, and nothing else: no encoder. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp()] });
