/** What the publisher sends, with pictures of it. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';
import { thumbnails } from '../../plugins/thumbnails/index.ts';

export default defineConfig({ plugins: [rtmp(), thumbnails()] });
