/** A stream as it comes, recorded, with pictures. */
import { defineConfig } from '../../core/config.ts';
import { recording } from '../recording/index.ts';
import { rtmp } from '../rtmp/index.ts';
import { thumbnails } from './index.ts';

export default defineConfig({ plugins: [rtmp(), recording(), thumbnails({ posterWidth: 320 })] });
