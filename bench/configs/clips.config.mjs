/** Nothing is encoded, and clips can be cut. */
import { defineConfig } from '../../core/config.ts';
import { clips } from '../../plugins/clips/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), clips()] });
