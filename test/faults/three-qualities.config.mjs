/** A source of 480 lines is passed through, and two smaller rungs are encoded with as little work as there is. */
import { defineConfig } from '../../core/config.ts';
import { abr } from '../../plugins/abr/index.ts';
import { rtmp } from '../../plugins/rtmp/index.ts';

export default defineConfig({
  plugins: [rtmp(), abr({ ladder: ['480p', '360p', '240p'], preset: 'ultrafast' })],
});
