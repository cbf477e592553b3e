/** A ladder whose encoding costs little: a source of 360 lines is passed through, and one rung is encoded. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../../plugins/abr/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), abr({ ladder: ['360p', '240p'] })] });
