/** What is sent is recorded and can be cut; nothing is encoded. */
import { defineConfig } from '../../core/config.ts';
import { clips } from '../../plugins/clips/index.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), recording(), clips()] });
