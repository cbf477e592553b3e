/** A stream as it comes, with one smaller quality, and clips of ten seconds at most. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../abr/index.ts';
import { rtmp } from '../rtmp/index.ts';
import { clips } from './index.ts';

export default defineConfig({ plugins: [rtmp(), abr({ ladder: ['360p', '240p'] }), clips({ longest: 10 })] });
