/** Thumbnails: posters and storyboards of assets, and a picture of what is live. */
import { definePlugin, Type } from '#plugin-api';
import { makePictures, type PicturesOfAsset } from './asset-pictures.ts';
import { LivePictures } from './live-pictures.ts';

declare module '#plugin-api' {
  interface JobMap {
    'thumbnails.make': PicturesOfAsset;
  }
}

export const thumbnails = definePlugin({
  name: 'thumbnails',
  description: 'Takes pictures: of what is live every ten seconds, a poster and a storyboard of each asset.',
  config: Type.Object({
    posterWidth: Type.Integer({
      default: 1280,
      minimum: 160,
      maximum: 3840,
      description: 'Pixels that a poster is wide at most; it is never larger than the picture it is taken from.',
    }),
    storyboardTiles: Type.Integer({
      default: 100,
      minimum: 1,
      maximum: 400,
      description: 'Pictures of a storyboard at most. A long asset has them further apart.',
    }),
  }),
  jobs: {
    'thumbnails.make': {
      payload: Type.Object({ asset_id: Type.String() }),
      run: async (payload: PicturesOfAsset, job) => makePictures(payload, job),
      timeout: 600,
    },
  },
  setup(host) {
    const live = new LivePictures(host);
    host.tap('segment', (segment) => live.saw(segment));
    host.on('session.ended', ({ session_id }) => live.ended(session_id ?? ''));
    host.tap('asset', async ({ id, organizationId }) => {
      await host.enqueue('thumbnails.make', { asset_id: id }, { organizationId, singletonKey: id });
    });
    return () => live.stop();
  },
});
