/** A stream as it comes, with one smaller quality, and clips of ten seconds at most. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../../plugins/abr/index.ts';
import { clips } from '../../plugins/clips/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), abr({ ladder: ['360p', '240p'] }), clips({ longest: 10 })] });
