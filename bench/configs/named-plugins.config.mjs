/** The plugins that BENCH_PLUGINS names, with the settings that they have by default. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../../plugins/abr/index.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { thumbnails } from '../../plugins/thumbnails/index.ts';

const known = { rtmp, abr, recording, thumbnails };

export default defineConfig({ plugins: process.env.BENCH_PLUGINS.split(' ').map((name) => known[name]()) });
