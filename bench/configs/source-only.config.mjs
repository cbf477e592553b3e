/** Nothing is encoded. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp()] });
