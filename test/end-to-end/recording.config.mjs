/** Records what is live; a source of 360 lines is passed through, a larger one is encoded. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../../plugins/abr/index.ts';
import { recording } from '../../plugins/recording/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({ plugins: [rtmp(), abr({ ladder: ['360p', '240p'] }), recording()] });
