/** A stream as it comes, recorded, with pictures. */
import { defineConfig } from '../../core/config.ts';
import { rtmp } from '../rtmp/index.ts';
import { thumbnails } from './index.ts';

export default defineConfig({ plugins: [rtmp(), thumbnails({ posterWidth: 320 })] });
