/** What can go wrong with assets. */
import { defineError } from '#plugin-api';

export const assetNotFound = defineError({
  code: 'LS_ASSET_NOT_FOUND',
  status: 404,
  title: 'No such asset',
  fix: 'Check the id; GET /v1/assets lists the assets of your organization.',
});

export const assetNotReady = defineError({
  code: 'LS_ASSET_NOT_READY',
  status: 409,
  title: 'The asset is not ready',
  fix: 'Wait for the event asset.ready, or read in its `error` why it failed.',
});

export const assetFileNotFound = defineError({
  code: 'LS_ASSET_FILE_NOT_FOUND',
  status: 404,
  title: 'The asset has no such file',
  fix: 'Take a number from `files` of the asset, or name none.',
});
