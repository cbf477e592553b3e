/** What this server runs. Every setting has a default; docs/reference lists them all. */
import { defineConfig } from './core/config.ts';
import { abr } from './plugins/abr/index.ts';
import { clips } from './plugins/clips/index.ts';
import { recording } from './plugins/recording/index.ts';
import { rtmp } from './plugins/rtmp/index.ts';
import { thumbnails } from './plugins/thumbnails/index.ts';
import { vod } from './plugins/vod/index.ts';

export default defineConfig({
  plugins: [
    // Takes publishers on rtmp://<host>/live.
    rtmp(),
    // Adds smaller qualities to each stream. Without it viewers get exactly what the publisher sends.
    abr(),
    // Keeps the streams that want it, to be watched and downloaded later.
    recording(),
    // Cuts clips out of what is live, and of what was.
    clips(),
    // Pictures of what is live, posters, and the small pictures over the player's time line.
    thumbnails(),
    // Takes uploads of video files, and makes them watchable in several qualities.
    vod(),
  ],
});
