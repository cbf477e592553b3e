/** The server's own tools for media, for tests of plugins that get them from their host. */
export { media } from '../../core/transcode/media.ts';
