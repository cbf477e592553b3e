/** A stream as it comes, recorded, with pictures. */
import { defineConfig } from '../../core/config.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { thumbnails } from '../../plugins/thumbnails/index.ts';

export default defineConfig({ plugins: [rtmp(), recording(), thumbnails({ posterWidth: 320 })] });
