/** Records what the publisher sends, and encodes nothing. */
import { defineConfig } from '../../core/config.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), recording()] });
